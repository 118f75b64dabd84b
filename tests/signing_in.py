"""A signed-in client, second factor shown, for tests that are about something else."""

from django.test import Client

from residence.authentication import SECOND_FACTOR_SHOWN
from residence.models import User


def signed_in(user: User) -> Client:
    """A client that reads as `user`."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[SECOND_FACTOR_SHOWN] = True
    session.save()
    return client
