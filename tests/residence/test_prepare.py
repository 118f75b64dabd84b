"""`manage.py prepare` started twice at once: one after the other."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection, connections

from residence.management.commands import prepare


@pytest.mark.django_db(transaction=True)
def test_the_second_preparation_waits_for_the_first(monkeypatch):
    done, begun = [], threading.Event()
    monkeypatch.setattr(prepare, "call_command", lambda name, **options: done.append(name))
    monkeypatch.setattr(prepare, "collect_static", lambda: done.append("static"))

    def second():
        begun.set()
        try:
            call_command("prepare", verbosity=0)
        finally:
            connections.close_all()

    waiting = threading.Thread(target=second)
    with prepare.alone():
        waiting.start()
        begun.wait(timeout=10)
        waiting.join(timeout=0.3)
        assert waiting.is_alive()
        assert done == []
    waiting.join(timeout=10)
    assert done == ["migrate", "createcachetable", "static"]
    # Nothing is held any more, whatever became of the work.
    with pytest.raises(ZeroDivisionError), prepare.alone():
        raise ZeroDivisionError
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [prepare.LOCK])
        assert cursor.fetchone()[0] == 0
