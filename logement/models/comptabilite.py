"""How the entries of the ledger read in the accountant's books."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from logement.models.compte import EcritureAccount, EcritureKind
from residence.models import Residence
from residence.models.base import ScopedQuerySet, choice_check
from residence.models.conditions import Check

_ACCOUNT = RegexValidator(r"^[0-9A-Z]{3,12}$", "Un compte s’écrit en chiffres et majuscules : 411000, 706REDEV.")


class SchemaComptable(models.Model):
    """The two accounts that a kind of entry moves in a résidence, in place of those that the product proposes.

    `debit` takes the amounts above zero and `credit` their counterpart; the other way round for those below.
    """

    residence = models.ForeignKey(
        Residence, models.PROTECT, related_name="schemas_comptables", verbose_name="résidence"
    )
    account = models.CharField("compte du résident", max_length=10, choices=EcritureAccount)
    kind = models.CharField("nature de l’écriture", max_length=20, choices=EcritureKind)
    journal = models.CharField("journal", max_length=5)
    debit = models.CharField("compte débité", max_length=12, validators=[_ACCOUNT])
    debit_label = models.CharField("libellé du compte débité", max_length=60)
    credit = models.CharField("compte crédité", max_length=12, validators=[_ACCOUNT])
    credit_label = models.CharField("libellé du compte crédité", max_length=60)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "schéma comptable"
        verbose_name_plural = "schémas comptables"
        ordering = ["residence", "account", "kind"]
        constraints = [
            choice_check("account", EcritureAccount, name="schema_comptable_account"),
            choice_check("kind", EcritureKind, name="schema_comptable_kind"),
            Check(
                condition=~Q(debit=models.F("credit")),
                name="schema_comptable_two",
                violation_error_message="Une écriture va d’un compte à un autre.",
            ),
            models.UniqueConstraint(
                fields=["residence", "account", "kind"],
                name="schema_comptable_unique",
                violation_error_message="Cette nature d’écriture a déjà son schéma dans la résidence.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} : {self.debit} / {self.credit}"
