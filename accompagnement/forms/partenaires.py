"""Forms of the directory of partners, of orientations, of instances."""

from typing import Any

from crispy_forms.layout import HTML, Div
from django import forms

from accompagnement.forms.pages import ActForm, KeyField
from accompagnement.models import Accord, InstancePartenariale, OrientationPartenaire, SituationInstance, Theme
from residence.forms.fields import DateField
from residence.forms.layout import StaleGuard, not_in_the_future, page_helper
from residence.forms.rendez_vous import TimeField
from residence.models import ContactPartenaire, Partenaire, Personne, Residence, User
from residence.models.base import today
from residence.permissions import Permission

WARNING = HTML(
    '<div class="notice is-soon"><div><p>Seulement ce qui est utile à celui qui le lira, avec l’accord de la personne. '
    "Pas de diagnostic, pas de traitement, rien sur une autre personne.</p></div></div>"
)


class DirectoryForm(forms.Form):
    """What the directory is narrowed to."""

    q = forms.CharField(label="Nom, contact ou mot", required=False, max_length=100)
    theme = forms.ChoiceField(label="Thème", required=False, choices=[("", "tous"), *Theme.choices])
    nature = forms.ChoiceField(label="Nature", required=False, choices=[("", "toutes"), *Partenaire.Kind.choices])
    anciens = forms.BooleanField(label="anciens partenaires", required=False)


class PartenaireForm(StaleGuard):
    """A partner of the directory."""

    class Meta:
        model = Partenaire
        fields = ("kind", "name", "themes", "address", "postal_code", "city", "phone", "email", "closed_on")
        help_texts = {"themes": "Séparés par des virgules : droits, santé, logement, emploi, formation, budget…"}

    closed_on = DateField(label="N’est plus partenaire depuis", required=False)
    show = ActForm.show

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            del self.fields["closed_on"]
        names = [name for name in self.fields if name not in ("postal_code", "city", "phone", "email")]
        names[names.index("address") + 1 : names.index("address") + 1] = [
            Div("postal_code", "city", css_class="fields-beside"),
            Div("phone", "email", css_class="fields-beside"),
        ]
        self.helper = page_helper(*names, submit="Enregistrer le partenaire", back=back)


class ContactForm(StaleGuard):
    """A person who answers for a partner."""

    class Meta:
        model = ContactPartenaire
        fields = ("name", "function", "phone", "email", "left_on")

    left_on = DateField(label="Parti le", required=False)
    show = ActForm.show

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            del self.fields["left_on"]
        self.helper = page_helper(*self.fields, submit="Enregistrer le contact", back=back)


class ConsentFields(forms.Form):
    """How and when the person agreed."""

    consent_kind = forms.ChoiceField(label="La personne est d’accord", choices=Accord, widget=forms.RadioSelect)
    consented_on = DateField(label="Accord donné le", validators=[not_in_the_future], initial=today)


class OrientForm(ConsentFields, ActForm):
    """Who is oriented to whom, what is told, with which consent, by when an answer is awaited."""

    personne = forms.ModelChoiceField(Personne.objects.none(), label="Qui", empty_label=None)
    partenaire = forms.ModelChoiceField(Partenaire.objects.none(), label="Vers quel partenaire")
    contact = forms.ModelChoiceField(
        ContactPartenaire.objects.none(), label="Contact", required=False, empty_label="aucun en particulier"
    )
    theme = forms.ChoiceField(label="Pour quoi", choices=Theme)
    shared = forms.CharField(
        label="Ce qui est dit au partenaire", max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    sent_on = DateField(label="Orientée le", validators=[not_in_the_future], initial=today)
    answer_by_on = DateField(
        label="Réponse attendue pour le", required=False, help_text="Datée, elle revient sur votre accueil."
    )
    form_key = KeyField()

    submit = "Enregistrer l’orientation"

    def __init__(self, *args: Any, people: Any, partenaires: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["personne"].queryset = people
        self.fields["partenaire"].queryset = partenaires
        contacts = ContactPartenaire.objects.filter(left_on=None, partenaire__in=partenaires)
        self.fields["contact"].queryset = contacts.select_related("partenaire").order_by(
            "partenaire__sort_name", "name"
        )

    def layout(self) -> list[Any]:
        return [
            Div("personne", "theme", css_class="fields-beside"),
            Div("partenaire", "contact", css_class="fields-beside"),
            WARNING,
            "shared",
            "consent_kind",
            Div("consented_on", "sent_on", "answer_by_on", css_class="fields-beside"),
            "form_key",
        ]


class AnswerForm(ActForm):
    """What the partner answers."""

    answer = forms.ChoiceField(
        label="Le partenaire répond", choices=OrientationPartenaire.Answer, widget=forms.RadioSelect
    )
    answer_detail = forms.CharField(label="Précision", required=False, max_length=200)
    answered_on = DateField(label="Le", validators=[not_in_the_future], initial=today)

    submit = "Noter la réponse"


class OutcomeForm(ActForm):
    """What came of an orientation."""

    outcome = forms.ChoiceField(label="Finalement", choices=OrientationPartenaire.Outcome, widget=forms.RadioSelect)
    outcome_on = DateField(label="Le", validators=[not_in_the_future], initial=today)

    submit = "Noter l’issue"


class InstanceForm(ActForm):
    """A new instance."""

    name = forms.CharField(label="Nom", max_length=100)
    kind = forms.ChoiceField(label="Nature", choices=InstancePartenariale.Kind, widget=forms.RadioSelect)
    partenaire = forms.ModelChoiceField(
        Partenaire.objects.none(), label="Avec", required=False, empty_label="plusieurs"
    )
    purpose = forms.CharField(label="Ce qu’on y décide", required=False, max_length=300)
    residence = forms.ModelChoiceField(Residence.objects.none(), label="Résidence", empty_label=None)
    form_key = KeyField()

    submit = "Créer l’instance"

    def __init__(self, *args: Any, user: User, partenaires: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        where = Residence.objects.visible_to(user, Permission.INSTANCE_EDIT)
        self.fields["residence"].queryset = where
        self.fields["residence"].initial = where.first()
        self.fields["partenaire"].queryset = partenaires


class ParticipantForm(ActForm):
    """Who is named: a member of the team, or a contact of a partner."""

    user = forms.ModelChoiceField(User.objects.none(), label="Membre de l’équipe", required=False)
    contact = forms.ModelChoiceField(
        ContactPartenaire.objects.none(),
        label="Ou contact d’un partenaire",
        required=False,
        help_text="Il n’a pas de compte ici : ce qu’il doit savoir se dit en réunion.",
    )

    submit = "Nommer cette personne"

    def __init__(self, *args: Any, users: Any, contacts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = users
        self.fields["contact"].queryset = contacts

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if bool(cleaned.get("user")) == bool(cleaned.get("contact")):
            raise forms.ValidationError("Choisissez un membre de l’équipe, ou un contact d’un partenaire.")
        return cleaned


class ReunionForm(ActForm):
    """The next session."""

    held_on = DateField(label="Date")
    hour = TimeField(label="Heure")
    place = forms.CharField(label="Lieu", required=False, max_length=100)

    submit = "Prévoir la réunion"


class SituationForm(ConsentFields, ActForm):
    """What is told of a household, with its consent."""

    need = forms.CharField(
        label="Ce que les participants ont besoin de savoir", max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    submit = "Mettre à l’ordre du jour"

    def layout(self) -> list[Any]:
        return [WARNING, "need", "consent_kind", "consented_on"]


class DecideForm(ActForm):
    """What is decided."""

    decision = forms.CharField(label="Ce qui est décidé", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    outcome = forms.ChoiceField(label="La situation", choices=SituationInstance.Outcome, widget=forms.RadioSelect)
    due_on = DateField(label="À faire pour le", required=False, help_text="Daté, cela revient à qui suit le ménage.")

    submit = "Consigner la décision"


class PresentsForm(ActForm):
    """Who was there."""

    presents = forms.ModelMultipleChoiceField(None, label="Présents", widget=forms.CheckboxSelectMultiple)

    submit = "Clore la réunion"

    def __init__(self, *args: Any, participants: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["presents"].queryset = participants
