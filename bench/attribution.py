"""Time to match one place against everybody who waits, with every reason, and how many queries it takes."""

import json
import statistics
import sys
import time
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from admissions.models import EtapeOrientation, Orientation, PieceCandidature
from admissions.queries.attente import candidates_for
from logement.models import Place
from residence.confidentiality import reading_as
from residence.models import MembreMenage, Menage, Personne, Rattachement, User
from residence.models.base import today

ROUNDS = 15
CANDIDATES = 500


def main(places: int) -> None:
    """The place asked for is of the dispositif where most people wait."""
    waiting = Orientation.objects.filter(status=Orientation.Status.WAITING)
    more_of_them(CANDIDATES - waiting.count())
    busiest = waiting.values("dispositif").annotate(n=Count("pk")).order_by("-n").first()
    place = Place.objects.select_related(
        "logement__batiment", "categorie", "dispositif", "residence", "reservataire"
    ).filter(dispositif=busiest["dispositif"] if busiest else None)[0]
    user = User.objects.get(username="coordinatrice")
    free_on = today() + timedelta(days=30)
    times = []
    with reading_as(user):
        with CaptureQueriesContext(connection) as captured:
            found = candidates_for(place, user, free_on=free_on)
        for _ in range(ROUNDS):
            start = time.perf_counter()
            candidates_for(place, user, free_on=free_on)
            times.append((time.perf_counter() - start) * 1000)
    count = len(found.fitting) + len(found.others)
    say(f"une place devant {count} candidats, médiane", statistics.median(times), "ms", places)
    say(f"une place devant {count} candidats, p95", statistics.quantiles(times, n=20)[-1], "ms", places)
    say(f"une place devant {count} candidats, requêtes", len(captured), "requêtes", places)


def say(name: str, value: float, unit: str, size: int) -> None:
    print(json.dumps({"name": name, "value": round(value, 2), "unit": unit, "size": size}), flush=True)


def more_of_them(count: int) -> None:
    """`count` more who wait: the files of those who do, their pieces and stages, under new households."""
    models = list(Orientation.objects.filter(status=Orientation.Status.WAITING).prefetch_related("pieces", "etapes"))
    if count <= 0 or not models:
        return
    sources = [models[rank % len(models)] for rank in range(count)]
    menages = Menage.objects.bulk_create(Menage(name=f"MESURE Candidat {rank}") for rank in range(count))
    persons = Personne.objects.bulk_create(
        Personne(last_name="Mesure", first_names=f"Candidat {rank}", born_on=date(1990, 1, 1)) for rank in range(count)
    )
    MembreMenage.objects.bulk_create(
        MembreMenage(menage=menage, personne=personne, start_on=date(2020, 1, 1))
        for menage, personne in zip(menages, persons, strict=True)
    )
    copies = Orientation.objects.bulk_create(
        Orientation(
            **{
                field.attname: getattr(source, field.attname)
                for field in Orientation._meta.concrete_fields
                if field.name not in ("id", "menage", "siao_number", "form_key", "route")
            },
            menage=menage,
            route="direct",
        )
        for source, menage in zip(sources, menages, strict=True)
    )
    for source, copy in zip(sources, copies, strict=True):
        of_file = [(EtapeOrientation, source.etapes.all()), (PieceCandidature, source.pieces.all())]
        for model, lines in of_file:
            for line in lines:
                line.pk, line.orientation = None, copy
            model.objects.bulk_create(lines)
    Rattachement.objects.bulk_create(
        Rattachement(menage=copy.menage, residence_id=copy.residence_id, cause="candidature") for copy in copies
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
