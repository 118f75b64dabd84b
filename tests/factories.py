"""Named factories: what a test needs to exist, told in the words of the trade."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accompagnement import models as accompagnement
from admissions import models as admissions
from logement import models as logement
from logement.models.parc import days
from residence import models as people
from residence.models.base import today
from residence.permissions import Cause, Role

PASSWORD = "Un-mot-de-passe-9"


class UserFactory(DjangoModelFactory):
    """`UserFactory(role=Role.GESTIONNAIRE, residence=…)` gives a user who holds that role there."""

    class Meta:
        model = people.User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"agent{n}")
    first_name = "Camille"
    last_name = factory.Sequence(lambda n: f"Agent{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@exemple.fr")

    @classmethod
    def _create(
        cls, model_class: Any, *args: Any, role: Role | None = None, residence: Any = None, **kwargs: Any
    ) -> Any:
        user = model_class.objects.create_user(password=kwargs.pop("password", PASSWORD), **kwargs)
        if role is not None:
            RoleAttributionFactory(user=user, role=role, residence=None if role == Role.TECHNIQUE else residence)
        return user


class ResidenceFactory(DjangoModelFactory):
    class Meta:
        model = people.Residence

    code = factory.Sequence(lambda n: f"res{n}")
    name = factory.Sequence(lambda n: f"Résidence {n}")
    organisme = "Office de l’habitat"
    address = "1 rue du Port"
    postal_code = "63000"
    city = "Clermont-Ferrand"
    opened_on = datetime.date(2015, 1, 1)


class RoleAttributionFactory(DjangoModelFactory):
    class Meta:
        model = people.RoleAttribution

    user = factory.SubFactory(UserFactory)
    role = Role.COORDINATRICE
    residence = factory.SubFactory(ResidenceFactory)
    start_on = datetime.date(2015, 1, 1)


class DelegationFactory(DjangoModelFactory):
    """The role of coordinatrice lent for ten days around today; the lender holds it."""

    class Meta:
        model = people.Delegation

    from_user = factory.SubFactory(
        UserFactory, role=factory.SelfAttribute("..role"), residence=factory.SelfAttribute("..residence")
    )
    to_user = factory.SubFactory(UserFactory)
    role = Role.COORDINATRICE
    residence = factory.SubFactory(ResidenceFactory)
    start_on = factory.LazyFunction(lambda: today() - datetime.timedelta(days=5))
    end_on = factory.LazyFunction(lambda: today() + datetime.timedelta(days=5))
    created_by = factory.SelfAttribute("from_user")


class ConventionFactory(DjangoModelFactory):
    class Meta:
        model = people.Convention

    residence = factory.SubFactory(ResidenceFactory)
    number = factory.Sequence(lambda n: f"63-{n:04d}")
    signed_on = datetime.date(2015, 1, 1)
    apl_zone = "2"


class DispositifFactory(DjangoModelFactory):
    """The temporary public: one year, renewable once, oriented by the SIAO. `permanent=True`: the other one."""

    class Meta:
        model = people.Dispositif

    class Params:
        permanent = factory.Trait(
            name="Public permanent",
            routes=[people.Route.CCAS],
            stay_months=None,
            renewals_max=None,
            stay_months_max=None,
            has_shared_flats=True,
        )

    residence = factory.SubFactory(ResidenceFactory)
    code = factory.Sequence(lambda n: f"dispositif-{n}")
    name = "Public temporaire"
    routes = [people.Route.SIAO]
    stay_months = 12
    renewals_max = 1
    stay_months_max = 24
    first_meeting_days = 30


class PartenaireFactory(DjangoModelFactory):
    class Meta:
        model = people.Partenaire

    kind = people.Partenaire.Kind.SIAO
    name = factory.Sequence(lambda n: f"SIAO {n}")
    address = "12 rue des Orientations"
    postal_code = "63000"
    city = "Clermont-Ferrand"


class PersonneFactory(DjangoModelFactory):
    class Meta:
        model = people.Personne

    civility = people.Personne.Civility.MADAME
    last_name = factory.Sequence(lambda n: f"Diallo{n}")
    first_names = "Awa"
    born_on = datetime.date(1990, 5, 17)


class MenageFactory(DjangoModelFactory):
    """A household of one person. `attached=(residence, Cause.SEJOUR)` ties it to a résidence."""

    class Meta:
        model = people.Menage
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"DIALLO{n} Awa")

    @factory.post_generation
    def attached(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            RattachementFactory(menage=self, residence=extracted[0], cause=extracted[1])

    @factory.post_generation
    def reference(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        last_name, _, first_names = self.name.partition(" ")
        personne = extracted or PersonneFactory(
            last_name=last_name.capitalize(), first_names=first_names or "Awa", is_confidential=self.is_confidential
        )
        people.MembreMenage.objects.create(menage=self, personne=personne, start_on=datetime.date(2020, 1, 1))


class RattachementFactory(DjangoModelFactory):
    class Meta:
        model = people.Rattachement

    menage = factory.SubFactory(MenageFactory)
    residence = factory.SubFactory(ResidenceFactory)
    cause = Cause.SEJOUR
    start_on = datetime.date(2020, 1, 1)


class LogementFactory(DjangoModelFactory):
    class Meta:
        model = logement.Logement

    residence = factory.SubFactory(ResidenceFactory)
    number = factory.Sequence(lambda n: f"{n:04d}")
    floor = 1
    type_logement = people.TypeLogement.T1
    surface = Decimal("22.00")


class CategoriePlaceFactory(DjangoModelFactory):
    class Meta:
        model = logement.CategoriePlace

    residence = factory.SubFactory(ResidenceFactory)
    name = factory.Sequence(lambda n: f"T1 n° {n}")
    type_logement = people.TypeLogement.T1


class PlaceFactory(DjangoModelFactory):
    """A studio of the temporary public, in service since 2015, its category and dispositif in the same résidence."""

    class Meta:
        model = logement.Place

    residence = factory.SubFactory(ResidenceFactory)
    logement = factory.SubFactory(LogementFactory, residence=factory.SelfAttribute("..residence"))
    categorie = factory.SubFactory(CategoriePlaceFactory, residence=factory.SelfAttribute("..residence"))
    dispositif = factory.SubFactory(DispositifFactory, residence=factory.SelfAttribute("..residence"))
    code = factory.Sequence(lambda n: f"A{n:04d}")
    surface = Decimal("22.00")
    opened_on = datetime.date(2015, 1, 1)


class TarifFactory(DjangoModelFactory):
    """300 € of loyer, 100 € of charges, 20 € of obligatory services, since 2015."""

    class Meta:
        model = logement.Tarif

    residence = factory.SelfAttribute("categorie.residence")
    categorie = factory.SubFactory(CategoriePlaceFactory)
    valid_from = datetime.date(2015, 1, 1)
    rent = Decimal("300.00")
    charges = Decimal("100.00")
    services = Decimal("20.00")


class SejourFactory(DjangoModelFactory):
    """A stay from 1 March 2025; the household is attached to the résidence."""

    class Meta:
        model = logement.Sejour
        skip_postgeneration_save = True

    menage = factory.SubFactory(MenageFactory)
    residence = factory.SubFactory(ResidenceFactory)
    dispositif = factory.SubFactory(DispositifFactory, residence=factory.SelfAttribute("..residence"))
    start_on = datetime.date(2025, 3, 1)

    @factory.post_generation
    def attached(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        RattachementFactory(menage=self.menage, residence=self.residence, cause=Cause.SEJOUR)


class ContratFactory(DjangoModelFactory):
    """A running contract on its own place, which it occupies, with its titulaire. `status=…` for another state."""

    class Meta:
        model = logement.ContratOccupation
        skip_postgeneration_save = True

    sejour = factory.SubFactory(SejourFactory)
    place = factory.SubFactory(
        PlaceFactory,
        residence=factory.SelfAttribute("..sejour.residence"),
        dispositif=factory.SelfAttribute("..sejour.dispositif"),
    )
    status = logement.ContratOccupation.Status.RUNNING
    start_on = factory.SelfAttribute("sejour.start_on")
    signed_on = factory.LazyAttribute(
        lambda contrat: None if contrat.status in ("draft", "to_sign") else contrat.start_on
    )
    monthly_rent = Decimal("300.00")
    monthly_charges = Decimal("100.00")
    monthly_services = Decimal("20.00")
    deposit_amount = Decimal("420.00")

    @factory.post_generation
    def occupation(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if self.status in self.OCCUPYING:
            logement.OccupationPlace.objects.create(
                place=self.place, contrat=self, kind="contract", period=days(self.start_on, self.end_on)
            )

    @factory.post_generation
    def titulaire(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        personne = extracted or self.sejour.menage.personnes.first()
        logement.PartieContrat.objects.create(contrat=self, personne=personne)


class AvisFactory(DjangoModelFactory):
    """The confirmed avis of a whole month, with its three lines; the ledger is not written."""

    class Meta:
        model = logement.AvisEcheance
        skip_postgeneration_save = True

    contrat = factory.SubFactory(ContratFactory)
    month = datetime.date(2025, 4, 1)
    status = logement.AvisEcheance.Status.CONFIRMED
    start_on = factory.SelfAttribute("month")
    end_on = factory.LazyAttribute(
        lambda avis: (avis.month + datetime.timedelta(days=32)).replace(day=1) - datetime.timedelta(days=1)
    )
    due_on = factory.SelfAttribute("end_on")
    total = Decimal("420.00")
    housing = Decimal("400.00")
    confirmed_at = factory.LazyFunction(lambda: datetime.datetime(2025, 4, 20, 9, tzinfo=datetime.UTC))

    @factory.post_generation
    def lignes(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        for kind, amount in (("rent", "300.00"), ("charges", "100.00"), ("services", "20.00")):
            logement.LigneAvis.objects.create(
                avis=self,
                kind=kind,
                label=str(logement.LigneAvis.Kind(kind).label),
                start_on=self.start_on,
                end_on=self.end_on,
                monthly_amount=Decimal(amount),
                amount=Decimal(amount),
            )


class EncaissementFactory(DjangoModelFactory):
    class Meta:
        model = logement.Encaissement

    sejour = factory.SubFactory(SejourFactory)
    received_on = datetime.date(2025, 5, 5)
    amount = Decimal("420.00")
    method = logement.Encaissement.Method.TRANSFER
    idempotency_key = factory.LazyFunction(uuid.uuid4)


class OrientationFactory(DjangoModelFactory):
    """A SIAO orientation just received; the household is attached as a candidate."""

    class Meta:
        model = admissions.Orientation
        skip_postgeneration_save = True

    residence = factory.SubFactory(ResidenceFactory)
    dispositif = factory.SubFactory(DispositifFactory, residence=factory.SelfAttribute("..residence"))
    menage = factory.SubFactory(MenageFactory)
    route = people.Route.SIAO
    partenaire = factory.SubFactory(PartenaireFactory)
    siao_number = factory.Sequence(lambda n: f"63-2025-{n:05d}")
    received_on = datetime.date(2025, 2, 3)

    @factory.post_generation
    def attached(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        RattachementFactory(menage=self.menage, residence=self.residence, cause=Cause.CANDIDATURE)


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = admissions.SessionCommission

    residence = factory.SubFactory(ResidenceFactory)
    starts_at = datetime.datetime(2025, 2, 20, 9, tzinfo=datetime.UTC)


class DossierFactory(DjangoModelFactory):
    """An open social file; the household is attached for its support."""

    class Meta:
        model = accompagnement.DossierSocial
        skip_postgeneration_save = True

    residence = factory.SubFactory(ResidenceFactory)
    menage = factory.SubFactory(MenageFactory)
    opened_on = datetime.date(2025, 3, 1)

    @factory.post_generation
    def attached(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        RattachementFactory(menage=self.menage, residence=self.residence, cause=Cause.SUIVI)


class NoteFactory(DjangoModelFactory):
    class Meta:
        model = accompagnement.NoteSociale

    dossier = factory.SubFactory(DossierFactory)
    held_on = datetime.date(2025, 3, 10)
    text = "Demande de CSS faite ensemble."
    author = factory.SubFactory(UserFactory)
