"""A signed-in client, for tests that are about something else."""

from django.test import Client

from residence.models import User


def signed_in(user: User) -> Client:
    """A client that reads as `user`."""
    client = Client()
    client.force_login(user)
    return client
