app_name = "accompagnement"

urlpatterns: list = []
