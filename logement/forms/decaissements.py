"""Money that goes out: pay a credit back, settle a deposit."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms

from logement.actions.decaissements import Deduction
from logement.forms.impayes import KeyedForm
from logement.models import Decaissement, RetenueDepot
from residence.forms.fields import AmountField, DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.models.base import today
from residence.rules.money import ZERO, euros

OTHER_DEDUCTIONS = 3


class PaidOutForm(KeyedForm):
    """How money goes out, and what proves it."""

    paid_on = DateField(label="Payé le", initial=today, validators=[not_in_the_future])
    method = forms.ChoiceField(
        label="Moyen", choices=Decaissement.Method.choices, initial=Decaissement.Method.TRANSFER, required=False
    )
    payee = forms.CharField(label="Payé à", max_length=150, required=False)
    proof = forms.CharField(
        label="Preuve",
        max_length=200,
        required=False,
        help_text="Référence du virement, numéro du chèque, numéro du reçu signé.",
    )


class RemboursementForm(PaidOutForm):
    """Pay back a credit or an APL excess, up to what the account holds."""

    kind = forms.ChoiceField(label="Ce qui est rendu", widget=forms.RadioSelect)
    amount = AmountField(label="Montant (€)", min_value=Decimal("0.01"))

    def __init__(self, *args: Any, most: Mapping[Any, Decimal], back: str, payee: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, f"{kind.label} ({euros(amount)})") for kind, amount in most.items() if amount > 0]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["kind"].initial = kinds[0][0] if kinds else None
        self.fields["amount"].initial = next((amount for amount in most.values() if amount > 0), None)
        self.fields["payee"].initial = payee
        for name in ("method", "payee", "proof"):
            self.fields[name].required = True
        self.helper = page_helper(
            "kind", "amount", "paid_on", "method", "payee", "proof", "form_key",
            submit="Enregistrer le remboursement", back=back,
        )  # fmt: skip


class RestitutionForm(PaidOutForm):
    """Settle a deposit: the redevance still owed, other deductions with their proof, how the rest is paid."""

    debt = AmountField(label="Redevance restée due (€)", required=False)

    def __init__(
        self,
        *args: Any,
        owed: Decimal,
        held: Decimal,
        decided: Sequence[Deduction] = (),
        back: str,
        payee: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows = max(OTHER_DEDUCTIONS, len(decided) + 1)
        self.fields["debt"].initial = min(owed, held) or None
        self.fields["debt"].help_text = f"Au plus {euros(min(owed, held))}. Justificatif : le compte."
        self.fields["payee"].initial = payee
        rows = []
        for rank in range(1, self.rows + 1):
            self.fields[f"label_{rank}"] = forms.CharField(label="Pour", max_length=150, required=False)
            self.fields[f"amount_{rank}"] = AmountField(label="Montant (€)", required=False)
            self.fields[f"proof_{rank}"] = forms.CharField(
                label="Justificatif",
                max_length=200,
                required=False,
                help_text="État des lieux et ligne, facture, devis.",
            )
            if rank <= len(decided):
                for name in ("label", "amount", "proof"):
                    self.fields[f"{name}_{rank}"].initial = getattr(decided[rank - 1], name)
            names = (f"label_{rank}", f"amount_{rank}", f"proof_{rank}")
            rows.append(Fieldset(f"Retenue {rank}, facultative", *names))
        self.helper = page_helper(
            *([Fieldset("Redevance", "debt")] if min(owed, held) > 0 else []),
            *rows,
            Fieldset("Ce qui est rendu", "paid_on", "method", "payee", "proof"),
            "form_key",
            submit="Arrêter et rendre le dépôt",
            back=back,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for rank in range(1, self.rows + 1):
            values = [cleaned.get(f"{name}_{rank}") for name in ("label", "amount", "proof")]
            if any(values) and not all(values):
                missing = next(name for name in ("label", "amount", "proof") if not cleaned.get(f"{name}_{rank}"))
                self.add_error(f"{missing}_{rank}", "Une retenue a sa raison, son montant et son justificatif.")
        return cleaned

    def deductions(self) -> list[Deduction]:
        given = self.cleaned_data
        found = []
        if given.get("debt"):
            found.append(
                Deduction(RetenueDepot.Kind.DEBT, "redevance restée due", given["debt"], "relevé de compte joint")
            )
        for rank in range(1, self.rows + 1):
            amount = given.get(f"amount_{rank}") or ZERO
            if amount > 0:
                found.append(
                    Deduction(RetenueDepot.Kind.REPAIR, given[f"label_{rank}"], amount, given[f"proof_{rank}"])
                )
        return found
