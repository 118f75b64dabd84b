"""The projet personnalisé: assess it with the person, issue its paper, sign it, set objectives and steps."""

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accompagnement.models import LEVELS, BilanProjet, DossierSocial, EtapeObjectif, NiveauBilan, Objectif, Theme
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import DocumentEmis, DocumentKind, User
from residence.models.base import today

# Theme -> (level from 1 to 5, what is said of it).
Levels = Mapping[str, tuple[int, str]]


@transaction.atomic
def assess_projet(
    *,
    by: User,
    dossier: DossierSocial,
    levels: Levels,
    held_on: datetime.date,
    words: str = "",
    review_on: datetime.date | None = None,
    is_exit: bool = False,
    form_key: uuid.UUID | None = None,
) -> BilanProjet:
    """Where the person says they stand, by theme: the first meeting begins the projet, the next ones review it."""
    dossier = open_file(dossier)
    if form_key is not None and (same := BilanProjet.objects.filter(form_key=form_key).first()):
        return same
    last = dossier.bilans.first()
    if last is not None and held_on < last.held_on:
        raise ValidationError({"held_on": f"Le dernier point est du {last.held_on:%d/%m/%Y} : celui-ci vient après."})
    kind = BilanProjet.Kind.EXIT if is_exit else BilanProjet.Kind.REVIEW if last else BilanProjet.Kind.ENTRY
    bilan = BilanProjet(dossier=dossier, kind=kind, written_by=by, form_key=form_key)
    _write(bilan, levels, held_on=held_on, words=words, review_on=None if is_exit else review_on)
    _record("projet.assess", by, dossier, bilan, themes=len(levels))
    refresh_duties(dossier)
    for before in dossier.bilans.exclude(pk=bilan.pk):
        refresh_duties(before)
    return bilan


@transaction.atomic
def correct_bilan(
    *,
    by: User,
    bilan: BilanProjet,
    version: int,
    levels: Levels,
    held_on: datetime.date,
    words: str = "",
    review_on: datetime.date | None = None,
) -> BilanProjet:
    """Put a review right as long as its paper is not issued."""
    dossier = open_file(bilan.dossier)
    bilan = locked(bilan)
    if bilan.is_issued:
        raise ValidationError("Le document est édité : il ne change plus. Faites un point d’étape.")
    if bilan.version != version:
        raise ValidationError(
            "Quelqu’un a modifié ce point entre-temps : ouvrez-le dans un autre onglet et reprenez ce qui manque. "
            "Ce que vous avez saisi reste ici."
        )
    bilan.version += 1
    _write(bilan, levels, held_on=held_on, words=words, review_on=review_on)
    _record("projet.correct", by, dossier, bilan, themes=len(levels))
    refresh_duties(dossier)
    return bilan


def _write(bilan: BilanProjet, levels: Levels, **fields: Any) -> None:
    if not levels:
        raise ValidationError("Évaluez au moins un thème avec la personne.")
    for name, value in fields.items():
        setattr(bilan, name, value)
    if bilan.held_on > today():
        raise ValidationError({"held_on": "Cette date est à venir."})
    bilan.full_clean()
    bilan.save()
    stored = {one.theme: one for one in bilan.niveaux.all()}
    for theme, (level, comment) in levels.items():
        niveau = stored.get(theme) or NiveauBilan(bilan=bilan, theme=theme)
        niveau.level, niveau.comment = level, comment
        niveau.full_clean()
        niveau.save()
    if missing := set(stored) - set(levels):
        said = ", ".join(str(Theme(theme).label) for theme in sorted(missing))
        raise ValidationError(f"Ces thèmes ont déjà été évalués à ce point, gardez-les : {said}.")
    refresh_duties(bilan)


@transaction.atomic
def issue_projet(*, by: User, bilan: BilanProjet) -> DocumentEmis:
    """The paper of the projet as it stands at this meeting, frozen, to be signed. Asked twice: the same."""
    dossier = locked(bilan.dossier)
    bilan = BilanProjet.objects.select_for_update(of=("self",)).select_related("document").get(pk=bilan.pk)
    if bilan.document is not None:
        return bilan.document
    bilan.document = issue_document(
        kind=DocumentKind.PROJET,
        residence=dossier.residence,
        menage=dossier.menage,
        template="accompagnement/pdf/projet.html",
        data=projet_data(bilan, by=by),
        by=by,
        target=bilan,
    )
    bilan.save(update_fields=["document"])
    _record("projet.issue", by, dossier, bilan)
    refresh_duties(bilan)
    return bilan.document


def projet_data(bilan: BilanProjet, *, by: User) -> dict[str, Any]:
    """What the paper of the projet says, in the words of the person."""
    dossier = bilan.dossier
    head = dossier.menage.members_on(today()).order_by("pk").first()
    running = Objectif.objects.filter(dossier=dossier, ended_on=None).prefetch_related("etapes")
    return {
        "title": "Mon projet personnalisé",
        "name": str(head.personne) if head else str(dossier.menage),
        "with_whom": str(by),
        "moment": bilan.get_kind_display(),
        "held_on": bilan.held_on,
        "review_on": bilan.review_on,
        "words": bilan.words,
        "levels": [
            {"theme": one.get_theme_display(), "level": one.level, "said": LEVELS[one.level], "comment": one.comment}
            for one in bilan.niveaux.all()
        ],
        "objectives": [
            {
                "theme": one.get_theme_display(),
                "words": one.words,
                "steps": [
                    {
                        "what": step.what,
                        "who": step.who_detail or step.get_who_display(),
                        "due_on": step.due_on,
                        "done_on": step.done_on,
                    }
                    for step in one.etapes.all()
                ],
            }
            for one in running
        ],
        "signatures": [
            {"label": "La personne", "name": "", "mention": "", "signed": ""},
            {"label": "Pour la résidence", "name": str(by), "mention": "", "signed": ""},
        ],
    }


@transaction.atomic
def sign_projet(*, by: User, bilan: BilanProjet, signed_on: datetime.date) -> BilanProjet:
    """The paper has been signed by the person and for the résidence."""
    bilan = locked(bilan)
    if not bilan.is_issued:
        raise ValidationError("Éditez d’abord le document : c’est lui que l’on signe.")
    if bilan.signed_on is None:
        bilan.signed_on, bilan.signed_by = signed_on, by
        bilan.full_clean()
        bilan.save(update_fields=["signed_on", "signed_by"])
        _record("projet.sign", by, bilan.dossier, bilan)
        refresh_duties(bilan)
    return bilan


@transaction.atomic
def open_objectif(
    *, by: User, dossier: DossierSocial, theme: str, words: str, form_key: uuid.UUID | None = None
) -> Objectif:
    """What the person wants to reach."""
    dossier = open_file(dossier)
    if form_key is not None and (same := Objectif.objects.filter(form_key=form_key).first()):
        return same
    objectif = Objectif(dossier=dossier, theme=theme, words=words, opened_on=today(), opened_by=by, form_key=form_key)
    objectif.full_clean()
    objectif.save()
    _record("objectif.open", by, dossier, objectif)
    return objectif


@transaction.atomic
def end_objectif(*, by: User, objectif: Objectif, outcome: str) -> Objectif:
    """How an objective ended; its steps are no longer due."""
    objectif = locked(objectif)
    if objectif.ended_on is not None:
        raise ValidationError(
            f"Quelqu’un est passé avant vous : cet objectif est noté « {objectif.get_outcome_display()} »."
        )
    objectif.outcome, objectif.ended_on, objectif.ended_by = outcome, today(), by
    objectif.full_clean()
    objectif.save(update_fields=["outcome", "ended_on", "ended_by"])
    _record("objectif.end", by, objectif.dossier, objectif, outcome=outcome)
    for step in objectif.etapes.all():
        refresh_duties(step)
    return objectif


@transaction.atomic
def add_etape(*, by: User, objectif: Objectif, form_key: uuid.UUID | None = None, **fields: Any) -> EtapeObjectif:
    """A step towards an objective: what, who, by when."""
    objectif = locked(objectif)
    if form_key is not None and (same := EtapeObjectif.objects.filter(form_key=form_key).first()):
        return same
    if objectif.ended_on is not None:
        raise ValidationError("Cet objectif est terminé : fixez-en un autre.")
    step = EtapeObjectif(objectif=objectif, written_by=by, form_key=form_key, **fields)
    step.full_clean()
    step.save()
    _record("objectif.add_step", by, objectif.dossier, step)
    refresh_duties(step)
    return step


@transaction.atomic
def finish_etape(*, by: User, etape: EtapeObjectif) -> EtapeObjectif:
    """A step is done."""
    etape = locked(etape)
    if etape.done_on is None:
        etape.done_on, etape.done_by = today(), by
        etape.save(update_fields=["done_on", "done_by"])
        _record("objectif.finish_step", by, etape.objectif.dossier, etape)
        refresh_duties(etape)
    return etape


def open_file(dossier: DossierSocial) -> DossierSocial:
    """The file, locked; refused when it is closed."""
    dossier = locked(dossier)
    if not dossier.is_open:
        raise ValidationError("Ce dossier est clos : rouvrez-le d’abord.")
    return dossier


def _record(action: str, by: User, dossier: DossierSocial, target: Any, **details: Any) -> None:
    record(action, by=by, target=target, menage=dossier.menage, residence=dossier.residence, **details)
