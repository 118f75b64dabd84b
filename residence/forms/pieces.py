"""The form of an attachment."""

from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse

from residence.forms.fields import DateField
from residence.forms.layout import page_helper
from residence.models import Menage, Personne, PieceRequise, Residence
from residence.models.base import today


class PieceForm(forms.Form):
    upload = forms.FileField(
        label="Fichier", widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"})
    )
    name = forms.CharField(
        label="Nom de la pièce", required=False, max_length=150, help_text="Vide : celui du fichier."
    )
    piece_requise = forms.ModelChoiceField(
        PieceRequise.objects.none(), label="Répond à la demande de", required=False, empty_label="aucune pièce demandée"
    )
    personne = forms.ModelChoiceField(
        Personne.objects.none(), label="Concerne", required=False, empty_label="tout le ménage"
    )
    expires_on = DateField(label="Valable jusqu’au", required=False)

    def __init__(self, *args: Any, menage: Menage, residence: Residence, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = settings.ATTACHMENT_MAX_BYTES // (1024 * 1024)
        self.fields["upload"].help_text = f"PDF, JPEG ou PNG, {most}\u00a0Mo au plus."
        self.fields["piece_requise"].queryset = PieceRequise.objects.filter(dispositif__residence=residence)
        self.fields["personne"].queryset = Personne.objects.filter(
            membre_de__in=menage.members_on(today()).values("pk")
        )
        back = reverse("residence:document_list", args=[menage.pk])
        self.helper = page_helper(
            "upload", "name", "piece_requise", "personne", "expires_on", submit="Joindre la pièce", back=back
        )
