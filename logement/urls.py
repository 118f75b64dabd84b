app_name = "logement"

urlpatterns: list = []
