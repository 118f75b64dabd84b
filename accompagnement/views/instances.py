"""The instances held with partners: who takes part, the agenda of a session, what is decided."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accompagnement.actions.instances import (
    add_situation,
    close_reunion,
    create_instance,
    decide_situation,
    finish_situation,
    name_participant,
    plan_reunion,
    record_instance_reading,
    remove_participant,
    withdraw_situation,
)
from accompagnement.forms.actions_collectives import ReasonForm
from accompagnement.forms.partenaires import (
    DecideForm,
    InstanceForm,
    ParticipantForm,
    PresentsForm,
    ReunionForm,
    SituationForm,
)
from accompagnement.models import (
    DossierSocial,
    InstancePartenariale,
    ParticipantInstance,
    ReunionInstance,
    SituationInstance,
)
from accompagnement.queries.dossiers import by_name, named_like
from accompagnement.queries.partenaires import directory, instances, may_take_part
from accompagnement.views.pages import act_page, acted, refusal
from residence.models import ContactPartenaire
from residence.models.base import today
from residence.permissions import Permission, require_permission

MOST_FOUND = 20


@require_http_methods(["GET"])
@require_permission(Permission.INSTANCE_VIEW)
def instance_list(request: HttpRequest) -> HttpResponse:
    """The instances in which the user takes part, or that they keep."""
    user: Any = request.user
    context = {
        "instances": instances(user).filter(ended_on=None),
        "may_edit": user.holds(Permission.INSTANCE_EDIT),
    }
    return render(request, "accompagnement/instance_list.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.INSTANCE_EDIT)
def instance_create(request: HttpRequest) -> HttpResponse:
    """A new instance."""
    user: Any = request.user
    back = reverse("accompagnement:instance_list")
    partners = directory(user, Permission.INSTANCE_EDIT).filter(closed_on=None).order_by("sort_name")
    form = InstanceForm(request.POST or None, user=user, partenaires=partners, back=back)
    if acted(request, form, create_instance, done="L’instance est créée. Nommez ceux qui y participent."):
        made = InstancePartenariale.objects.filter(form_key=form.cleaned_data["form_key"]).first()
        return redirect(made or back)
    return act_page(request, form, "Quelle instance tenir avec des partenaires ?", back=back)


@require_http_methods(["GET"])
@require_permission(Permission.INSTANCE_VIEW)
def instance_detail(request: HttpRequest, instance_id: int) -> HttpResponse:
    """An instance: its sessions, and who is named to it."""
    user: Any = request.user
    instance = _read(request, InstancePartenariale.objects.select_related("partenaire", "residence"), instance_id)
    context = {
        "instance": instance,
        "reunions": instance.reunions.all()[:30],
        "participants": instance.participants.in_force().select_related("user", "contact__partenaire"),
        "may_edit": user.holds(Permission.INSTANCE_EDIT, instance.residence_id),
        "today": today(),
    }
    return render(request, "accompagnement/instance_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.INSTANCE_EDIT)
def participant_name(request: HttpRequest, instance_id: int) -> HttpResponse:
    """Name somebody to an instance."""
    instance = _kept(request, InstancePartenariale.objects.select_related("residence"), instance_id)
    partners = directory(request.user, Permission.INSTANCE_EDIT)
    contacts = ContactPartenaire.objects.filter(left_on=None, partenaire__in=partners).select_related("partenaire")
    users = may_take_part(instance.residence_id)
    form = ParticipantForm(
        request.POST or None, users=users, contacts=contacts.order_by("name"), back=instance.get_absolute_url()
    )
    if acted(request, form, name_participant, instance=instance, done="C’est noté."):
        return redirect(instance)
    lead = "Les membres de l’équipe nommés lisent l’ordre du jour et les décisions ; chaque lecture est consignée."
    return act_page(request, form, f"Qui participe à « {instance} » ?", lead=lead, back=instance.get_absolute_url())


@require_http_methods(["POST"])
@require_permission(Permission.INSTANCE_EDIT)
def participant_remove(request: HttpRequest, participant_id: int) -> HttpResponse:
    """Somebody no longer takes part."""
    participant = _kept(request, ParticipantInstance.objects.select_related("instance"), participant_id)
    refusal(request, remove_participant, participant=participant, done="Cette personne ne participe plus.")
    return redirect(participant.instance)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.INSTANCE_EDIT)
def reunion_plan(request: HttpRequest, instance_id: int) -> HttpResponse:
    """The next session."""
    instance = _kept(request, InstancePartenariale.objects.all(), instance_id)
    back = instance.get_absolute_url()
    form = ReunionForm(request.POST or None, back=back)
    if acted(
        request, form, plan_reunion, instance=instance, done="Réunion prévue, avec les situations restées ouvertes."
    ):
        return redirect(instance.reunions.first() or back)
    return act_page(request, form, f"Quand se réunit « {instance} » ?", back=back)


@require_http_methods(["GET"])
@require_permission(Permission.INSTANCE_VIEW)
def reunion_detail(request: HttpRequest, reunion_id: int) -> HttpResponse:
    """The agenda of a session: who is spoken of; what is told of each is read on its own page, and journalled."""
    user: Any = request.user
    reunion = _read(request, ReunionInstance.objects.select_related("instance__residence", "closed_by"), reunion_id)
    record_instance_reading(by=user, reunion=reunion)
    shown = SituationInstance.objects.readable_by(user).filter(reunion=reunion).on_agenda()
    context = {
        "reunion": reunion,
        "situations": list(shown.select_related("dossier__menage")),
        "hidden": reunion.situations.on_agenda().count() - shown.count(),
        "presents": reunion.presents.select_related("user", "contact__partenaire") if reunion.closed_at else [],
        "may_edit": user.holds(Permission.INSTANCE_EDIT, reunion.instance.residence_id) and reunion.closed_at is None,
        "today": today(),
    }
    return render(request, "accompagnement/reunion_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.INSTANCE_EDIT)
def reunion_close(request: HttpRequest, reunion_id: int) -> HttpResponse:
    """The session was held: who was there."""
    reunion = _kept(request, ReunionInstance.objects.select_related("instance"), reunion_id)
    back = reunion.get_absolute_url()
    participants = reunion.instance.participants.in_force().select_related("user", "contact__partenaire")
    form = PresentsForm(request.POST or None, participants=participants, back=back)
    if acted(request, form, close_reunion, reunion=reunion, done="Réunion close : ses décisions ne changent plus."):
        return redirect(reunion)
    return act_page(request, form, "Qui était là ?", lead=str(reunion), back=back)


@require_http_methods(["GET"])
@require_permission(Permission.INSTANCE_EDIT)
def situation_choose(request: HttpRequest, reunion_id: int) -> HttpResponse:
    """Which household to put on the agenda: one of the open social files."""
    reunion = _kept(request, ReunionInstance.objects.select_related("instance"), reunion_id)
    text = " ".join(request.GET.get("menage", "").replace("\x00", "").split())[:100]
    rows = DossierSocial.objects.visible_to(request.user, Permission.INSTANCE_EDIT).open()
    rows = rows.filter(residence=reunion.instance.residence_id)
    found = list(by_name(named_like(rows, text)).select_related("menage")[:MOST_FOUND]) if len(text) > 1 else []
    return render(request, "accompagnement/situation_choose.html", {"reunion": reunion, "text": text, "found": found})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.INSTANCE_EDIT)
def situation_add(request: HttpRequest, reunion_id: int, dossier_id: int) -> HttpResponse:
    """Put a household on the agenda."""
    reunion = _kept(request, ReunionInstance.objects.select_related("instance"), reunion_id)
    files = DossierSocial.objects.visible_to(request.user, Permission.INSTANCE_EDIT).select_related("menage")
    dossier = get_object_or_404(files, pk=dossier_id)
    form = SituationForm(request.POST or None, back=reunion.get_absolute_url())
    if acted(request, form, add_situation, reunion=reunion, dossier=dossier, done="C’est à l’ordre du jour."):
        return redirect(reunion)
    question = f"Que dire de {dossier.menage} ?"
    return act_page(request, form, question, lead=str(reunion), back=reunion.get_absolute_url(), menage=dossier.menage)


@require_http_methods(["GET"])
@require_permission(Permission.INSTANCE_VIEW)
def situation_detail(request: HttpRequest, situation_id: int) -> HttpResponse:
    """What is told of a household, its consent, what is decided. Every reading is journalled."""
    user: Any = request.user
    situation = _read(request, _SITUATIONS, situation_id)
    reunion = situation.reunion
    record_instance_reading(by=user, reunion=reunion, situation=situation)
    context = {
        "situation": situation,
        "reunion": reunion,
        "may_edit": user.holds(Permission.INSTANCE_EDIT, reunion.instance.residence_id),
        "may_open": user.holds(Permission.DOSSIER_VIEW, reunion.instance.residence_id),
        "today": today(),
    }
    return render(request, "accompagnement/situation_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.INSTANCE_EDIT)
def situation_decide(request: HttpRequest, situation_id: int) -> HttpResponse:
    """What is decided of a household."""
    situation = _kept(request, _SITUATIONS, situation_id)
    back = situation.get_absolute_url()
    initial = {name: getattr(situation, name) for name in ("decision", "outcome", "due_on")}
    form = DecideForm(request.POST or None, initial=initial, back=back)
    if acted(request, form, decide_situation, situation=situation, done="Décision consignée."):
        return redirect(situation.reunion)
    question = f"Que décide‑t‑on pour {situation.dossier.menage} ?"
    return act_page(request, form, question, lead=str(situation.reunion), back=back)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.INSTANCE_EDIT)
def situation_withdraw(request: HttpRequest, situation_id: int) -> HttpResponse:
    """Take a household off the agenda."""
    situation = _kept(request, _SITUATIONS, situation_id)
    back = situation.get_absolute_url()
    form = ReasonForm(request.POST or None, submit="Retirer de l’ordre du jour", back=back)
    if acted(request, form, withdraw_situation, situation=situation, done="Retirée de l’ordre du jour."):
        return redirect(situation.reunion)
    return act_page(request, form, "Pourquoi retirer cette situation ?", lead=str(situation.reunion), back=back)


@require_http_methods(["POST"])
@require_permission(Permission.INSTANCE_EDIT)
def situation_finish(request: HttpRequest, situation_id: int) -> HttpResponse:
    """What was decided is done."""
    situation = _kept(request, _SITUATIONS, situation_id)
    refusal(request, finish_situation, situation=situation, done="C’est fait.")
    return redirect(situation)


_SITUATIONS = SituationInstance.objects.select_related(
    "reunion__instance__residence", "dossier__menage", "dossier__residence", "added_by", "decided_by"
)


def _read(request: HttpRequest, rows: Any, pk: int) -> Any:
    return get_object_or_404(rows.readable_by(request.user), pk=pk)


def _kept(request: HttpRequest, rows: Any, pk: int) -> Any:
    return get_object_or_404(rows.all().visible_to(request.user, Permission.INSTANCE_EDIT), pk=pk)
