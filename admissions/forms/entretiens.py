"""Forms of the interview: its appointment, and the long page that is filled with the person opposite."""

import datetime
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.utils import timezone
from django.utils.functional import cached_property

from admissions.actions.entretiens import (
    EntretienInput,
    MemberInput,
    MoneyInput,
    PieceInput,
    ThemeInput,
)
from admissions.forms.fields import BirthField, HourField, TextArea
from admissions.forms.orientations import MemberForm, PieceForm
from admissions.models import Autonomie, Dette, EntretienPreadmission, EvaluationTheme, Orientation, ThemeBesoin
from admissions.queries.budget import Amount, Composition, Facts
from admissions.queries.completude import pieces_of
from admissions.queries.courriers import reference_of
from logement.models import CategoriePlace
from residence.forms.fields import AmountField, DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.models import (
    Charge,
    CritereDispositif,
    MembreMenage,
    Personne,
    RendezVous,
    Ressource,
    RoleAttribution,
    TitreSejour,
    User,
)
from residence.models.base import today
from residence.permissions import TABLE, Permission
from residence.rules.dates import age_on
from residence.rules.money import ZERO

DURATIONS = [(30, "30 minutes"), (45, "45 minutes"), (60, "1 heure"), (90, "1 h 30")]
PROPOSAL_LENGTH = 1200


class PlanForm(forms.Form):
    """When, where and with whom the interview will be."""

    day = DateField(label="Jour")
    hour = HourField(label="Heure")
    minutes = forms.TypedChoiceField(label="Durée", choices=DURATIONS, coerce=int, initial=60)
    user = forms.ModelChoiceField(User.objects.none(), label="Avec", empty_label=None)
    place = forms.CharField(label="Lieu", required=False, max_length=200, help_text="Vide : l’adresse de la résidence.")

    def __init__(
        self, *args: Any, orientation: Orientation, by: User, planned: RendezVous | None = None, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {"user": by.pk}
        if planned is not None:
            start = timezone.localtime(planned.start_at)
            initial = {
                "day": start.date(),
                "hour": start.time(),
                "minutes": int((planned.end_at - planned.start_at).total_seconds() // 60),
                "user": planned.user_id,
                "place": planned.place,
            }
        super().__init__(*args, initial=initial, **kwargs)
        if initial.get("minutes", 60) not in dict(DURATIONS):
            self.fields["minutes"].choices = [*DURATIONS, (initial["minutes"], f"{initial['minutes']}\u00a0minutes")]
        held = RoleAttribution.objects.in_force().filter(
            residence=orientation.residence_id, role__in=list(TABLE[Permission.ENTRETIEN_RECORD].roles)
        )
        self.fields["user"].queryset = (
            User.objects.filter(is_active=True).filter(attributions__in=held).distinct()
            | User.objects.filter(pk=by.pk).distinct()
        )
        self.helper = page_helper(
            Div(Field("day", wrapper_class="col-sm-6"), Field("hour", wrapper_class="col-sm-6"), css_class="row"),
            "minutes",
            "user",
            "place",
            submit="Déplacer l’entretien" if planned else "Fixer l’entretien",
            back=orientation.get_absolute_url(),
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("day") and cleaned.get("hour"):
            start = timezone.make_aware(datetime.datetime.combine(cleaned["day"], cleaned["hour"]))
            if start < timezone.now():
                self.add_error("day", "Ce moment est passé : pour un entretien déjà tenu, consignez-le directement.")
            cleaned["start_at"] = start
            cleaned["end_at"] = start + datetime.timedelta(minutes=cleaned.get("minutes") or 60)
        return cleaned

    def appointment(self) -> dict[str, Any]:
        """What plan_entretien takes."""
        return {name: self.cleaned_data[name] for name in ("user", "start_at", "end_at", "place")}


def _bare(*layout: Any) -> FormHelper:
    """A helper for a part of a larger form."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*layout)
    return helper


ENTRETIEN_FIELDS = (
    "wishes",
    "wished_categorie",
    "wished_entry_on",
    "autonomy",
    "autonomy_comment",
    "has_activity",
    "medical_validation",
    "is_student",
    "is_self_employed",
    "without_resources",
    "apl_estimate",
    "annual_resources",
    "reference_tax_income",
    "reference_tax_year",
    "proposal",
)


class YesOrNoField(forms.TypedChoiceField):
    """Yes, no, or not asked yet: True, False or None."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", "à demander"), ("oui", "oui"), ("non", "non")]
        super().__init__(
            required=False, choices=choices, coerce=lambda value: value == "oui", empty_value=None, **kwargs
        )


class EntretienForm(forms.Form):
    """The interview's own facts."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    held_on = DateField(
        label="Entretien tenu le",
        required=False,
        validators=[not_in_the_future],
        help_text="Vide : ce que vous saisissez est gardé, l’entretien reste à tenir.",
    )
    wishes = forms.CharField(label="Souhaits du ménage", required=False, widget=TextArea(3))
    wished_categorie = forms.ModelChoiceField(
        CategoriePlace.objects.none(),
        label="Place envisagée",
        required=False,
        empty_label="à choisir",
        help_text="Sert à simuler la redevance.",
    )
    wished_entry_on = DateField(label="Entrée souhaitée le", required=False)
    autonomy = forms.ChoiceField(label="Autonomie", required=False, choices=[("", "à évaluer"), *Autonomie.choices])
    autonomy_comment = forms.CharField(label="Précision sur l’autonomie", required=False, widget=TextArea(2))
    has_activity = YesOrNoField(label="Activité ou projet en cours")
    medical_validation = YesOrNoField(
        label="Validation médicale reçue",
        help_text="Oui ou non seulement : ni avis, ni diagnostic, ni document de santé.",
    )
    is_student = forms.BooleanField(label="Étudiant", required=False)
    is_self_employed = forms.BooleanField(label="Travailleur indépendant", required=False)
    without_resources = forms.BooleanField(label="Le ménage n’a aucune ressource", required=False)
    apl_estimate = AmountField(
        label="APL annoncée par la CAF ou la MSA, par mois",
        required=False,
        max_digits=8,
        help_text="Si elle est connue : elle remplace l’estimation.",
    )
    annual_resources = AmountField(
        label="Ressources annuelles retenues pour l’APL",
        required=False,
        help_text="Après abattements. Vide : calculées sur les lignes ci-dessus.",
    )
    reference_tax_income = AmountField(label="Revenu fiscal de référence", required=False)
    reference_tax_year = forms.IntegerField(label="Année de ce revenu", required=False, min_value=2000, max_value=2100)
    proposal = forms.CharField(
        label="Votre proposition à la commission",
        required=False,
        max_length=PROPOSAL_LENGTH,
        widget=TextArea(4),
        help_text="Lue par la commission dans la synthèse : ni santé, ni violences, ni titre de séjour.",
    )

    def __init__(self, *args: Any, orientation: Orientation, entretien: Any, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"version": 0}
        if entretien is not None:
            initial = {name: getattr(entretien, name) for name in ENTRETIEN_FIELDS}
            for name in ("has_activity", "medical_validation"):
                initial[name] = {True: "oui", False: "non", None: ""}[initial[name]]
            initial["wished_categorie"] = entretien.wished_categorie_id
            initial |= {"version": entretien.version, "held_on": entretien.held_on}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["wished_categorie"].queryset = (
            CategoriePlace.objects.filter(
                residence=orientation.residence_id, places__dispositif=orientation.dispositif_id
            ).distinct()
            | CategoriePlace.objects.filter(pk=entretien.wished_categorie_id if entretien else None).distinct()
        )
        criteres = orientation.dispositif.criteres
        asked = criteres.filter(kind=CritereDispositif.Kind.MEDICAL_VALIDATION).exists()
        if not asked:
            del self.fields["medical_validation"]
        self.situation_helper = _bare(
            Div(
                Field("has_activity", wrapper_class="col-md-6"),
                Div("is_student", "is_self_employed", css_class="col-md-6"),
                css_class="row",
            ),
            *(["medical_validation"] if asked else []),
        )
        self.resources_helper = _bare("without_resources")
        self.money_helper = _bare(
            Div(
                Field("apl_estimate", wrapper_class="col-md-6"),
                Field("annual_resources", wrapper_class="col-md-6"),
                css_class="row",
            ),
            Div(
                Field("reference_tax_income", wrapper_class="col-md-6"),
                Field("reference_tax_year", wrapper_class="col-md-6"),
                css_class="row",
            ),
        )
        self.place_helper = _bare(
            Div(
                Field("wished_categorie", wrapper_class="col-md-6"),
                Field("wished_entry_on", wrapper_class="col-md-6"),
                css_class="row",
            ),
            "wishes",
            "autonomy",
            "autonomy_comment",
        )
        self.end_helper = _bare("proposal", "held_on", "version")

    def facts(self) -> dict[str, Any]:
        """Fields of the interview, as record_entretien takes them."""
        return {name: self.cleaned_data[name] for name in ENTRETIEN_FIELDS if name in self.fields}


class HouseholdForm(forms.Form):
    """The person of reference and the household, as the interview corrects them."""

    civility = forms.ChoiceField(label="Civilité", choices=Personne.Civility.choices)
    last_name = forms.CharField(label="Nom", max_length=100)
    first_names = forms.CharField(label="Prénoms", max_length=150)
    birth = BirthField()
    birth_place = forms.CharField(label="Lieu de naissance", max_length=150, required=False)
    nationality = forms.ChoiceField(label="Nationalité", choices=Personne.Nationality.choices)
    permit_kind = forms.CharField(label="Titre de séjour", max_length=100, required=False)
    permit_end_on = DateField(label="Valable jusqu’au", required=False)
    spoken_language = forms.CharField(label="Langue parlée", max_length=60, required=False)
    needs_interpreter = forms.BooleanField(label="Interprète nécessaire", required=False)
    phone = forms.CharField(label="Téléphone", max_length=30, required=False)
    email = forms.EmailField(label="Adresse électronique", required=False)
    address = forms.CharField(label="Adresse", max_length=250, required=False)
    postal_code = forms.RegexField(
        r"^\d{5}$", label="Code postal", required=False, error_messages={"invalid": "Un code postal a cinq chiffres."}
    )
    city = forms.CharField(label="Commune", max_length=100, required=False)
    caf_number = forms.CharField(label="Numéro d’allocataire", max_length=15, required=False)
    declared_persons = forms.IntegerField(
        label="Nombre de personnes annoncé", min_value=1, max_value=20, required=False
    )

    PERSON = (
        "civility",
        "last_name",
        "first_names",
        "birth_place",
        "nationality",
        "spoken_language",
        "needs_interpreter",
    )
    MENAGE = ("phone", "email", "address", "postal_code", "city", "caf_number", "declared_persons")

    def __init__(self, *args: Any, orientation: Orientation, **kwargs: Any) -> None:
        menage = orientation.menage
        personne = reference_of(menage)
        initial: dict[str, Any] = {name: getattr(menage, name) for name in self.MENAGE}
        if personne is not None:
            initial |= {name: getattr(personne, name) for name in self.PERSON}
            initial["birth"] = (personne.born_on, personne.birth_precision)
            permit = TitreSejour.objects.filter(personne=personne).order_by("-end_on").first()
            if permit is not None:
                initial |= {"permit_kind": permit.kind, "permit_end_on": permit.end_on}
        super().__init__(*args, initial=initial, **kwargs)
        rows = [
            ("civility",),
            ("last_name", "first_names"),
            ("birth", "birth_place"),
            ("nationality", "spoken_language"),
            ("permit_kind", "permit_end_on"),
            ("needs_interpreter",),
            ("phone", "email"),
            ("address",),
            ("postal_code", "city"),
            ("caf_number", "declared_persons"),
        ]
        self.helper = _bare(
            *(Div(*(Field(name, wrapper_class="col-md") for name in row), css_class="row") for row in rows)
        )

    def reference(self) -> dict[str, Any]:
        born_on, precision = self.cleaned_data["birth"]
        return {
            **{name: self.cleaned_data[name] for name in self.PERSON},
            "born_on": born_on,
            "birth_precision": precision,
        }

    def menage(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.MENAGE}

    def permit(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not given["permit_kind"] and given["permit_end_on"] is None:
            return {}
        return {"kind": given["permit_kind"], "end_on": given["permit_end_on"]}


class MemberLineForm(MemberForm):
    """A member of the household other than the person of reference: already there (`pk`), or new."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)


class MoneyLineForm(forms.Form):
    """A resource or a charge of a month."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    monthly_amount = AmountField(label="Par mois", max_digits=9)
    label = forms.CharField(label="Précision", required=False, max_length=150)
    is_proved = forms.BooleanField(label="Justifié", required=False)

    field_order = ("pk", "kind", "monthly_amount", "label", "is_proved")

    def money(self) -> MoneyInput:
        given = self.cleaned_data
        return MoneyInput(
            kind=given["kind"],
            monthly_amount=given["monthly_amount"],
            label=given["label"],
            is_proved=given["is_proved"],
            pk=given["pk"],
            removed=given.get("DELETE", False),
        )


class RessourceLineForm(MoneyLineForm):
    kind = forms.ChoiceField(label="Ressource", choices=[("", "à choisir"), *Ressource.Kind.choices])


class ChargeLineForm(MoneyLineForm):
    kind = forms.ChoiceField(label="Charge", choices=[("", "à choisir"), *Charge.Kind.choices])


class DetteLineForm(MoneyLineForm):
    """A debt: what is left of it, and what is paid back a month."""

    kind = forms.ChoiceField(label="Dette", choices=[("", "à choisir"), *Dette.Kind.choices])
    label = forms.CharField(label="Créancier", required=False, max_length=150)
    amount_due = AmountField(label="Reste dû")
    monthly_amount = AmountField(label="Mensualité", max_digits=9, required=False)

    field_order = ("pk", "kind", "label", "amount_due", "monthly_amount", "is_proved")

    def clean_monthly_amount(self) -> Decimal:
        return self.cleaned_data["monthly_amount"] or ZERO

    def money(self) -> MoneyInput:
        return replace(super().money(), amount_due=self.cleaned_data["amount_due"])


class LineFormSet(forms.BaseFormSet):
    """Lines that are added and taken away; one taken away need not be valid."""

    def live(self) -> list[Any]:
        """Lines that say something and are valid so far."""
        return [
            form
            for form in self.forms
            if form.has_changed() and form.is_valid() and not form.cleaned_data.get("DELETE")
        ]


MemberFormSet = forms.formset_factory(MemberLineForm, formset=LineFormSet, extra=0, can_delete=True, max_num=15)
RessourceFormSet = forms.formset_factory(RessourceLineForm, formset=LineFormSet, extra=0, can_delete=True, max_num=30)
ChargeFormSet = forms.formset_factory(ChargeLineForm, formset=LineFormSet, extra=0, can_delete=True, max_num=30)

DetteFormSet = forms.formset_factory(DetteLineForm, formset=LineFormSet, extra=0, can_delete=True, max_num=30)


class ThemeForm(forms.Form):
    """What is said of one theme."""

    theme = forms.ChoiceField(choices=ThemeBesoin.choices, widget=forms.HiddenInput)
    level = forms.ChoiceField(label="Besoin", choices=EvaluationTheme.Level.choices)
    comment = forms.CharField(label="Observation", required=False, widget=TextArea(1))

    @property
    def title(self) -> str:
        theme = self.data.get(self.add_prefix("theme")) if self.is_bound else self.initial.get("theme")
        return str(ThemeBesoin(theme).label) if theme in ThemeBesoin.values else ""


ThemeFormSet = forms.formset_factory(ThemeForm, extra=0, max_num=len(ThemeBesoin))

LINES = {"membres": MemberFormSet, "ressources": RessourceFormSet, "charges": ChargeFormSet, "dettes": DetteFormSet}


class EntretienPage:
    """All that the page of the interview holds, bound to what was sent or filled with what is saved."""

    def __init__(
        self, orientation: Orientation, entretien: EntretienPreadmission | None, data: Any = None, files: Any = None
    ) -> None:
        self.orientation = orientation
        self.entretien = entretien
        self.main = EntretienForm(data, orientation=orientation, entretien=entretien)
        self.household = HouseholdForm(data, orientation=orientation, prefix="menage")
        self.members = MemberFormSet(data, prefix="membres", initial=None if data else self._members())
        self.resources = RessourceFormSet(data, prefix="ressources", initial=None if data else self._money(Ressource))
        self.charges = ChargeFormSet(data, prefix="charges", initial=None if data else self._money(Charge))
        self.debts = DetteFormSet(data, prefix="dettes", initial=None if data else self._debts())
        self.themes = ThemeFormSet(data, prefix="themes", initial=None if data else self._themes())
        self.pieces = [
            (state, PieceForm(data, files, prefix=f"piece-{state.piece.pk}", held=state.held))
            for state in pieces_of(orientation)
        ]

    @property
    def formsets(self) -> dict[str, Any]:
        return {
            "membres": self.members,
            "ressources": self.resources,
            "charges": self.charges,
            "dettes": self.debts,
        }

    @property
    def upload_names(self) -> str:
        """The fields of files: what the budget is asked for with never sends them."""
        return ",".join(form.add_prefix("upload") for _, form in self.pieces)

    @property
    def lost_files(self) -> bool:
        """Whether files were sent with a page that is refused: the browser does not keep them."""
        return any(form.files.get(form.add_prefix("upload")) for _, form in self.pieces)

    def _members(self) -> list[dict[str, Any]]:
        rows = self.orientation.menage.members_on(today()).exclude(tie=MembreMenage.Tie.REFERENCE)
        return [
            {
                "pk": member.pk,
                "tie": member.tie,
                "civility": "" if member.personne.civility == Personne.Civility.UNKNOWN else member.personne.civility,
                "last_name": member.personne.last_name,
                "first_names": member.personne.first_names,
                "birth": (member.personne.born_on, member.personne.birth_precision),
                "in_custody": member.in_custody,
            }
            for member in rows
        ]

    def _money(self, model: Any) -> list[dict[str, Any]]:
        return [
            {
                "pk": line.pk,
                "kind": line.kind,
                "monthly_amount": line.monthly_amount,
                "label": line.label,
                "is_proved": line.proved_on is not None,
            }
            for line in model.objects.in_force().filter(menage=self.orientation.menage_id)
        ]

    def _debts(self) -> list[dict[str, Any]]:
        lines = Dette.objects.in_force().filter(menage=self.orientation.menage_id)
        due = {line.pk: line.amount_due for line in lines}
        return [{**line, "amount_due": due[line["pk"]]} for line in self._money(Dette)]

    def _themes(self) -> list[dict[str, Any]]:
        saved: Mapping[str, Any] = (
            {theme.theme: theme for theme in self.entretien.themes.all()} if self.entretien is not None else {}
        )
        return [
            {
                "theme": theme.value,
                "level": saved[theme.value].level if theme.value in saved else EvaluationTheme.Level.NONE,
                "comment": saved[theme.value].comment if theme.value in saved else "",
            }
            for theme in ThemeBesoin
        ]

    @property
    def parts(self) -> list[Any]:
        """Every form of the page, for its errors."""
        return [
            self.main,
            self.household,
            *self.members.forms,
            *self.resources.forms,
            *self.charges.forms,
            *self.debts.forms,
            *self.themes.forms,
            *(form for _, form in self.pieces),
        ]

    def is_valid(self) -> bool:
        """Whether all of it may be saved; lines taken away are not looked at."""
        formsets = (self.members, self.resources, self.charges, self.debts, self.themes)
        checked = [
            self.main.is_valid(),
            self.household.is_valid(),
            *(formset.is_valid() for formset in formsets),
            *(form.is_valid() for _, form in self.pieces),
        ]
        return all(checked)

    @cached_property
    def error_count(self) -> int:
        return sum(len(form.errors) for form in self.parts if not _is_removed(form))

    def typed(self) -> EntretienInput:
        """What was typed, as record_entretien takes it."""
        return EntretienInput(
            version=self.main.cleaned_data["version"],
            fields=self.main.facts(),
            held_on=self.main.cleaned_data["held_on"],
            reference=self.household.reference(),
            permit=self.household.permit(),
            menage=self.household.menage(),
            members=[
                MemberInput(
                    tie=form.cleaned_data["tie"],
                    fields=form.person_fields(),
                    in_custody=form.cleaned_data["in_custody"],
                    pk=form.cleaned_data["pk"],
                )
                for form in self.members.live()
            ]
            + [_removed_member(pk) for pk in _removed(self.members)],
            resources=[form.money() for form in self.resources.live()]
            + [_removed_money(pk) for pk in _removed(self.resources)],
            charges=[form.money() for form in self.charges.live()]
            + [_removed_money(pk) for pk in _removed(self.charges)],
            debts=[form.money() for form in self.debts.live()] + [_removed_money(pk) for pk in _removed(self.debts)],
            themes=[
                ThemeInput(form.cleaned_data["theme"], form.cleaned_data["level"], form.cleaned_data["comment"])
                for form in self.themes.forms
                if form.cleaned_data
            ],
            pieces=[PieceInput(state.piece, **form.piece()) for state, form in self.pieces if form.has_changed()],
        )

    def budget_facts(self) -> Facts:
        """What a budget rests on, with what is typed so far; a line or a field not valid yet is left out."""
        for form in (self.main, self.household):
            form.is_valid()
        main, household = self.main.cleaned_data, self.household.cleaned_data
        on = main.get("wished_entry_on") or today()
        return Facts(
            residence=self.orientation.residence,
            composition=self._composition(household, on),
            resources=[_amount(form) for form in self.resources.live()],
            charges=[_amount(form) for form in (*self.charges.live(), *self.debts.live())],
            debts_due=sum((form.cleaned_data["amount_due"] for form in self.debts.live()), ZERO),
            reference_tax_income=main.get("reference_tax_income"),
            without_resources=bool(main.get("without_resources")),
            categorie=main.get("wished_categorie"),
            entry_on=on,
            annual_resources=main.get("annual_resources"),
            announced_apl=main.get("apl_estimate"),
            is_student=bool(main.get("is_student")),
            is_self_employed=bool(main.get("is_self_employed")),
        )

    def _composition(self, household: dict[str, Any], on: datetime.date) -> Composition:
        """The household as it is being typed."""
        members = [form.cleaned_data for form in self.members.live()]
        births = [(household.get("birth") or (None, ""))[0], *(member["birth"][0] for member in members)]
        ties = [MembreMenage.Tie.REFERENCE, *(member["tie"] for member in members)]
        ages = [age_on(birth, on) if birth and birth <= on else None for birth in births]
        is_child = [tie == MembreMenage.Tie.CHILD for tie in ties]
        return Composition.of(
            ages=ages,
            is_child=is_child,
            couple=MembreMenage.Tie.PARTNER in ties,
            declared=household.get("declared_persons"),
            alternating_custody=any(member["in_custody"] for member in members),
        )


def _amount(form: Any) -> Amount:
    return Amount(form.cleaned_data["kind"], form.cleaned_data["monthly_amount"])


def _is_removed(form: Any) -> bool:
    return form.is_bound and form.data.get(form.add_prefix("DELETE")) in ("on", "true", "True", "1")


def _removed(formset: Any) -> list[int]:
    """The saved rows that were ticked to be taken away."""
    gone = []
    for form in formset.forms:
        written = form.data.get(form.add_prefix("pk"), "")
        if _is_removed(form) and written.isdecimal():
            gone.append(int(written))
    return gone


def _removed_member(pk: int) -> MemberInput:
    return MemberInput(tie="", fields={}, pk=pk, removed=True)


def _removed_money(pk: int) -> MoneyInput:
    return MoneyInput(kind="", monthly_amount=ZERO, pk=pk, removed=True)
