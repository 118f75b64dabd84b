"""What the journal is narrowed to."""

from typing import Any

from django import forms

from residence.forms.fields import DateField
from residence.journal_words import NOUNS
from residence.models import EntreeJournal


class JournalFilterForm(forms.Form):
    depuis = DateField(label="Depuis le", required=False)
    jusque = DateField(label="Jusqu’au", required=False)
    qui = forms.ModelChoiceField(None, label="Qui", required=False, empty_label="tout le monde")
    nature = forms.ChoiceField(label="Nature", required=False)
    objet = forms.ChoiceField(label="Objet", required=False)
    menage = forms.IntegerField(label="Ménage n°", required=False, min_value=1)

    def __init__(self, *args: Any, people: Any, technical: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["qui"].queryset = people
        if technical:
            for name in ("nature", "menage"):
                del self.fields[name]
        else:
            kinds = [choice for choice in EntreeJournal.Kind.choices if choice[0] != EntreeJournal.Kind.TECHNIQUE]
            self.fields["nature"].choices = [("", "toutes"), *kinds]
        nouns = sorted(NOUNS.items(), key=lambda item: item[1].lower())
        self.fields["objet"].choices = [("", "tous"), *nouns]
