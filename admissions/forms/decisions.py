"""Forms of what the commission decides: the decision and its reasons, the reserve, a derogation."""

from typing import Any

from crispy_forms.layout import Div, Field
from django import forms

from admissions.forms.fields import TextArea
from admissions.models import Decision, MotifCloture, PassageCommission
from admissions.models.commission import reserve_line
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.models import PieceRequise
from residence.models.base import today

K = Decision.Kind

# The résidence's motives: those that the commission may give.
COMMISSION_MOTIVES = (
    MotifCloture.HORS_PROJET,
    MotifCloture.RESSOURCES,
    MotifCloture.TITRE_SEJOUR,
    MotifCloture.COMPOSITION,
    MotifCloture.ACCOMPAGNEMENT,
    MotifCloture.INCOMPLET,
    MotifCloture.DETTE,
    MotifCloture.PAS_DE_PLACE,
    MotifCloture.AUTRE_SOLUTION,
)


class DecisionForm(forms.Form):
    """What the commission decides, with its reasons."""

    kind = forms.ChoiceField(label="Décision", choices=Decision.Kind.choices, widget=forms.RadioSelect)
    motives = forms.MultipleChoiceField(
        label="Motifs",
        required=False,
        choices=[(motive.value, motive.label) for motive in COMMISSION_MOTIVES],
        widget=forms.CheckboxSelectMultiple,
        help_text="Un au moins pour une décision défavorable.",
    )
    reasons = forms.CharField(
        label="Motivation",
        widget=TextArea(4),
        max_length=3000,
        help_text="Reprise telle quelle dans la lettre au candidat : en mots simples, adressée à la personne.",
    )
    reasons_prescripteur = forms.CharField(
        label="Précisions au prescripteur", required=False, widget=TextArea(3), max_length=3000
    )
    reserve_pieces = forms.ModelMultipleChoiceField(
        PieceRequise.objects.none(), label="Pièces à remettre", required=False, widget=forms.CheckboxSelectMultiple
    )
    conditions = forms.CharField(
        label="Sous réserve de",
        required=False,
        widget=TextArea(2),
        max_length=1000,
        help_text="Pour une décision favorable sous réserve : ce qui est attendu.",
    )
    conditions_by_on = DateField(label="Réserve à lever avant le", required=False)
    deferred_to_on = DateField(label="Ajournée au", required=False, help_text="Pour une décision ajournée.")

    def __init__(
        self, *args: Any, passage: PassageCommission, decision: Decision | None, back: str, **kwargs: Any
    ) -> None:
        if decision is not None:
            pieces = list(decision.reserve_pieces.all())
            initial = {name: getattr(decision, name) for name in self.base_fields} | {"reserve_pieces": pieces}
            if decision.conditions == reserve_line(piece.name for piece in pieces):
                initial["conditions"] = ""
            kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        pieces_asked = passage.orientation.dispositif.pieces.all()
        self.fields["reserve_pieces"].queryset = pieces_asked
        self.helper = page_helper(
            "kind",
            "motives",
            "reasons",
            "reasons_prescripteur",
            *(["reserve_pieces"] if pieces_asked else []),
            "conditions",
            Div(
                Field("conditions_by_on", wrapper_class="col-md-6"),
                Field("deferred_to_on", wrapper_class="col-md-6"),
                css_class="row",
            ),
            submit="Consigner la décision",
            back=back,
        )
        self.helper.form_class += " no-optional decides"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind = cleaned.get("kind")
        if kind == K.UNFAVORABLE and not cleaned.get("motives"):
            self.add_error("motives", "Une décision défavorable choisit au moins un motif de la liste.")
        if kind == K.FAVORABLE_SUBJECT_TO:
            if not cleaned.get("conditions") and not cleaned.get("reserve_pieces"):
                self.add_error("conditions", "Une réserve dit ce qui est attendu : des pièces, ou une condition.")
            if not cleaned.get("conditions_by_on") and "conditions_by_on" not in self.errors:
                self.add_error("conditions_by_on", "Une réserve dit pour quand.")
        if kind == K.DEFERRED and not cleaned.get("deferred_to_on") and "deferred_to_on" not in self.errors:
            self.add_error("deferred_to_on", "Un ajournement a sa date.")
        return cleaned


class ReserveForm(forms.Form):
    """What the commission asked for is there."""

    lifted_on = DateField(label="Réserve levée le", validators=[not_in_the_future])

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lifted_on"].initial = today()
        self.helper = page_helper("lifted_on", submit="Lever la réserve", back=back)


class DerogationForm(forms.Form):
    """Why a candidate is let past a criterion."""

    critere = forms.ChoiceField(label="Critère", widget=forms.RadioSelect)
    reasons = forms.CharField(label="Motifs", widget=TextArea(4), max_length=2000)

    def __init__(self, *args: Any, points: list[Any], back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["critere"].choices = [(str(point.row.pk), point.label) for point in points]
        if len(points) == 1:
            self.fields["critere"].initial = str(points[0].row.pk)
        self.helper = page_helper("critere", "reasons", submit="Accorder la dérogation", back=back)
