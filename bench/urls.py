"""The project's addresses, and the yardstick: a bare view that makes one query."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from residence.models import User


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(User.objects.values_list("username", flat=True).first())


urlpatterns = [path("nu/", bare), path("", include("residence.root_urls"))]
