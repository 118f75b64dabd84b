"""What the list of visits is narrowed to."""

from django import forms


class VisitFilterForm(forms.Form):
    """Whose visits, and to whom."""

    qui = forms.ChoiceField(label="Suivis", required=False, choices=[("", "les miens"), ("equipe", "toute l’équipe")])
    age = forms.ChoiceField(
        label="Âge", required=False, choices=[("", "tous"), ("60", "60 ans et plus"), ("75", "75 ans et plus")]
    )
