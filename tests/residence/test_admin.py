"""The back office is not a second door: who enters, what they see there, what a save leaves behind."""

import datetime
import uuid

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.forms import FileField
from django.urls import reverse

from admissions.models import PlafondPLAI
from logement.models import (
    Avenant,
    Batiment,
    Campagne,
    ClotureMensuelle,
    Decaissement,
    DossierImpaye,
    Ecriture,
    IndiceIRL,
    ModeleEtatDesLieux,
    Prestation,
    Quittance,
    RestitutionDepot,
    RevisionRedevance,
    SchemaComptable,
)
from residence.actions.documents import issue_document
from residence.admin import UNREGISTERED
from residence.admin.base import BaseAdmin
from residence.journal_words import NOUNS, VERBS
from residence.models import (
    AccesConfidentiel,
    Convention,
    Delegation,
    Dispositif,
    DocumentKind,
    EntreeJournal,
    Menage,
    ModeleDocument,
    Partenaire,
    PlafondRedevance,
    Residence,
)
from residence.permissions import Cause, Permission, Role
from tests.factories import (
    PASSWORD,
    AvisFactory,
    ContratFactory,
    ConventionFactory,
    DispositifFactory,
    EncaissementFactory,
    MenageFactory,
    PartenaireFactory,
    ResidenceFactory,
    RoleAttributionFactory,
    SejourFactory,
    TarifFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

OURS = ("residence", "logement", "admissions", "accompagnement")


@pytest.fixture
def here():
    return ResidenceFactory(name="Côté Cour", code="cour")


@pytest.fixture
def elsewhere():
    return ResidenceFactory(name="Côté Jardin", code="jardin")


@pytest.fixture
def gestionnaire(here):
    return UserFactory(role=Role.GESTIONNAIRE, residence=here)


@pytest.fixture
def desk(client, gestionnaire):
    client.force_login(gestionnaire)
    return client


@pytest.fixture
def technique(client):
    user = UserFactory(role=Role.TECHNIQUE)
    client.force_login(user)
    return client


def changelist(model, **query):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", query=query or None)


def change(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def form_of(response, **changes):
    """What the browser would send back: the fields of the page as they are, with `changes` made."""
    page = response.context["adminform"].form
    data = {}
    forms = [page, *(form for inline in response.context["inline_admin_formsets"] for form in inline.formset.forms)]
    forms += [inline.formset.management_form for inline in response.context["inline_admin_formsets"]]
    for form in forms:
        for name in form.fields:
            value = form[name].value()
            if value is True:
                value = "on"
            if value is not None and value is not False and not isinstance(form.fields[name], FileField):
                data[form.add_prefix(name)] = value
    return data | changes


# Who enters


def test_signing_in_is_done_on_the_one_page(client):
    response = client.get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
    user = UserFactory(role=Role.TECHNIQUE)
    client.post(reverse("admin:login"), {"username": user.username, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_who_is_in_cannot_sign_in_again_past_the_second_factor(desk):
    technique = UserFactory(role=Role.TECHNIQUE)
    response = desk.post(reverse("admin:login"), {"username": technique.username, "password": PASSWORD})
    assert response.url == reverse("admin:index")
    assert desk.get(reverse("admin:index")).context["user"] != technique


@pytest.mark.parametrize("role", [Role.COORDINATRICE, Role.VIE_RESIDENTIELLE, Role.COMMISSION, Role.DIRECTION])
@pytest.mark.parametrize("page", ["admin:index", "admin:logement_place_changelist", "admin:login"])
def test_the_other_roles_stay_out(client, here, role, page):
    client.force_login(UserFactory(role=role, residence=here))
    assert client.get(reverse(page)).status_code == 403


@pytest.mark.parametrize("page", ["admin:logout", "admin:password_change", "admin:password_change_done"])
def test_the_account_is_managed_elsewhere(desk, page):
    assert desk.get(reverse(page)).url.startswith("/compte/")


def test_no_address_leads_to_any_row_by_its_number(desk):
    assert desk.get("/admin/r/1/1/").status_code == 404


# What is there


def test_every_model_is_there_or_says_why_not():
    registered = {model._meta.label for model in admin.site._registry}
    ours = {model._meta.label for model in apps.get_models() if model._meta.app_label in OURS}
    assert registered <= ours
    assert ours - registered == set(UNREGISTERED)


def test_what_is_social_is_never_there():
    registered = {model._meta.label for model in admin.site._registry}
    assert not registered & {
        "residence.AccesConfidentiel",
        "residence.TitreSejour",
        "residence.Ressource",
        "residence.Charge",
        "admissions.EntretienPreadmission",
        "admissions.EvaluationTheme",
        "admissions.Orientation",
        "admissions.Decision",
        "accompagnement.DossierSocial",
        "accompagnement.NoteSociale",
    }


@pytest.mark.parametrize("model_admin", admin.site._registry.values(), ids=str)
def test_every_page_obeys_the_table(model_admin, rf):
    assert isinstance(model_admin, BaseAdmin)
    for role in Role:
        request = rf.get("/")
        request.user = UserFactory(role=role, residence=None if role == Role.TECHNIQUE else ResidenceFactory())
        inside = request.user.holds(Permission.ADMIN_USE)
        assert model_admin.has_view_permission(request) is (inside and request.user.holds(model_admin.view_permission))
        assert not model_admin.has_delete_permission(request)
        assert "delete_selected" not in model_admin.get_actions(request)


@pytest.mark.parametrize("model_admin", admin.site._registry.values(), ids=str)
def test_what_is_done_is_told_in_french(model_admin):
    if model_admin.edit_permission or hasattr(model_admin, "export_columns"):
        assert model_admin.noun in NOUNS
    assert {"create", "edit", "import", "export"} <= VERBS.keys()


@pytest.mark.parametrize("model_admin", admin.site._registry.values(), ids=str)
def test_no_column_and_no_field_keeps_its_english_name(model_admin):
    inlines = [inline for inline in model_admin.inlines if inline.fields]
    shown = [(model_admin.model, name) for name in [*model_admin.list_display, *model_admin._own_fields()]]
    shown += [(inline.model, name) for inline in inlines for name in inline.fields]
    for model, name in shown:
        field = next((one for one in model._meta.fields if one.name == name), None)
        if field is not None:
            assert "_" not in name or str(field.verbose_name) != name.replace("_", " "), name


@pytest.mark.parametrize("model_admin", admin.site._registry.values(), ids=str)
def test_an_act_alone_writes_a_status(model_admin, rf, gestionnaire):
    request = rf.get("/")
    request.user = gestionnaire
    if model_admin.has_change_permission(request):
        assert "status" not in model_admin.get_form(request).base_fields


@pytest.mark.parametrize("model_admin", admin.site._registry.values(), ids=str)
@pytest.mark.parametrize("role", [Role.GESTIONNAIRE, Role.TECHNIQUE])
def test_every_list_opens_for_who_may_see_it(client, here, model_admin, role):
    user = UserFactory(role=role, residence=None if role == Role.TECHNIQUE else here)
    client.force_login(user)
    response = client.get(changelist(model_admin.model), {"q": "ça 12"} if model_admin.search_fields else {})
    assert response.status_code == (200 if user.holds(model_admin.view_permission) else 403)


def test_the_first_page_is_grouped_by_work(desk):
    response = desk.get(reverse("admin:index"))
    assert [group["name"] for group in response.context["app_list"]] == [
        "Parc",
        "Séjours et contrats",
        "Redevance",
        "Partenaires",
        "Documents",
        "Réglages",
    ]


def test_the_technical_administrator_sees_settings_and_accounts_and_nobody(technique):
    response = technique.get(reverse("admin:index"))
    assert [group["name"] for group in response.context["app_list"]] == ["Documents", "Réglages", "Comptes et journal"]
    assert technique.get(changelist(Menage)).status_code == 403


def test_accounts_and_roles_are_read_only(technique):
    user = UserFactory(role=Role.GESTIONNAIRE, residence=ResidenceFactory())
    response = technique.get(change(user))
    assert response.status_code == 200
    assert not response.context["has_change_permission"]
    assert "password" not in response.content.decode().replace("change_password", "").replace("mot-de-passe", "")
    assert technique.post(change(user), {"username": "other"}).status_code == 403


# Scope


def test_lists_and_pages_stop_at_the_residences_where_the_role_is_held(desk, here, elsewhere):
    ours, theirs = ConventionFactory(residence=here), ConventionFactory(residence=elsewhere)
    response = desk.get(changelist(Convention))
    assert [row.pk for row in response.context["cl"].result_list] == [ours.pk]
    assert desk.get(change(ours)).status_code == 200
    assert desk.get(change(theirs)).status_code == 302
    assert desk.get(reverse("admin:residence_convention_history", args=[theirs.pk])).status_code == 302


def test_a_role_in_another_residence_opens_nothing_more_here(desk, gestionnaire, elsewhere):
    """Coordinatrice elsewhere: she reads that résidence on its pages, not at the desk."""
    RoleAttributionFactory(user=gestionnaire, role=Role.COORDINATRICE, residence=elsewhere)
    theirs = ConventionFactory(residence=elsewhere)
    assert desk.get(change(theirs)).status_code == 302
    assert desk.get(changelist(Residence)).context["cl"].result_count == 1


def test_the_technical_administrator_sets_every_residence(technique, here, elsewhere):
    assert technique.get(changelist(Residence)).context["cl"].result_count == 2
    assert technique.get(reverse("admin:residence_residence_add")).status_code == 200


def test_a_gestionnaire_opens_no_residence(desk):
    assert desk.get(reverse("admin:residence_residence_add")).status_code == 403


def test_choices_stop_at_the_residences_of_the_user(desk, here, elsewhere):
    form = desk.get(reverse("admin:residence_convention_add")).context["adminform"].form
    assert list(form.fields["residence"].queryset) == [here]
    data = {"residence": elsewhere.pk, "number": "1", "kind": "residence_sociale", "signed_on": "1/1/20"}
    empty = {"plafonds-TOTAL_FORMS": 0, "plafonds-INITIAL_FORMS": 0}
    response = desk.post(reverse("admin:residence_convention_add"), data | empty)
    assert "residence" in response.context["adminform"].form.errors
    assert not Convention.objects.exists()


# Households


def test_a_confidential_household_is_not_found_by_its_name(desk, gestionnaire, here):
    MenageFactory(name="KONATÉ Awa", is_confidential=True, attached=(here, Cause.SEJOUR))
    shown = MenageFactory(name="KONATÉ Sékou", attached=(here, Cause.SEJOUR))
    response = desk.get(changelist(Menage, q="konate"))
    assert [row.pk for row in response.context["cl"].result_list] == [shown.pk]
    assert "Awa" not in response.content.decode()


def test_a_candidate_is_not_at_the_desk(desk, here):
    MenageFactory(attached=(here, Cause.CANDIDATURE))
    assert desk.get(changelist(Menage)).context["cl"].result_count == 0


def test_reading_a_confidential_household_leaves_a_line(desk, gestionnaire, here):
    menage = MenageFactory(name="KONATÉ Awa", is_confidential=True, attached=(here, Cause.SEJOUR))
    AccesConfidentiel.objects.create(menage=menage, user=gestionnaire, capacity="gestionnaire", granted_by=gestionnaire)
    response = desk.get(change(menage))
    assert "KONATÉ Awa" in response.content.decode()
    assert EntreeJournal.objects.filter(kind="reading", menage=menage, by=gestionnaire).count() == 1


@pytest.mark.parametrize("query", ["name__startswith", "sort_name__contains", "address__contains", "caf_number"])
def test_an_address_typed_by_hand_filters_by_nothing_that_the_list_hides(desk, here, query):
    MenageFactory(attached=(here, Cause.SEJOUR))
    assert desk.get(changelist(Menage, **{query: "x"})).status_code == 400


def test_a_household_is_only_read(desk, here):
    menage = MenageFactory(attached=(here, Cause.SEJOUR))
    assert desk.get(change(menage)).status_code == 200
    assert desk.post(change(menage), {"name": "X"}).status_code == 403
    assert desk.get(reverse("admin:residence_menage_add")).status_code == 403
    assert desk.post(reverse("admin:residence_menage_delete", args=[menage.pk]), {"post": "yes"}).status_code == 403


# Saving


def test_a_save_leaves_a_line_with_the_names_of_the_fields(desk, gestionnaire, here):
    response = desk.post(change(here), form_of(desk.get(change(here)), phone="04 73 00 00 00", city="Royat"))
    assert response.status_code == 302, response.context["errors"]
    line = EntreeJournal.objects.get()
    assert (line.action, line.by, line.residence, line.kind) == ("residence.edit", gestionnaire, here, "technique")
    assert line.details == {"fields": ["city", "phone"]}
    assert not LogEntry.objects.exists()


def test_a_save_that_changes_nothing_leaves_nothing(desk, here):
    assert desk.post(change(here), form_of(desk.get(change(here)))).status_code == 302
    assert not EntreeJournal.objects.exists()


def test_lines_are_told_too(desk, here):
    convention = ConventionFactory(residence=here)
    data = form_of(desk.get(change(convention)))
    data |= {
        "plafonds-TOTAL_FORMS": 1,
        "plafonds-0-type_logement": "T1",
        "plafonds-0-valid_from": "1.1.26",
        "plafonds-0-monthly_maximum": "1 412,5 €",
        "plafonds-0-convention": convention.pk,
    }
    response = desk.post(change(convention), data)
    assert response.status_code == 302, response.context["errors"]
    assert str(PlafondRedevance.objects.get().monthly_maximum) == "1412.50"
    assert EntreeJournal.objects.get().details == {"plafondredevance_added": 1}


def test_the_journal_is_the_history(desk, here):
    desk.post(change(here), form_of(desk.get(change(here)), city="Royat"))
    page = desk.get(reverse("admin:residence_residence_history", args=[here.pk])).content.decode()
    assert "modification" in page
    assert "commune" in page
    assert "Royat" not in page


def test_a_stale_form_writes_nothing_and_shows_both(desk, here):
    first = form_of(desk.get(change(here)), city="Royat")
    Residence.objects.filter(pk=here.pk).update(phone="06", city="Vichy")
    response = desk.post(change(here), first)
    here.refresh_from_db()
    assert here.city == "Vichy"
    page = response.content.decode()
    assert "Quelqu’un a modifié cette fiche" in page
    assert "Vichy" in page
    assert 'value="Royat"' in page
    # Sent again knowing what stands, it is written.
    assert desk.post(change(here), form_of(response)).status_code == 302
    here.refresh_from_db()
    assert here.city == "Royat"


def test_a_line_changed_meanwhile_makes_the_form_stale(desk, here):
    convention = ConventionFactory(residence=here)
    plafond = PlafondRedevance.objects.create(
        convention=convention, type_logement="T1", valid_from="2025-01-01", monthly_maximum=400
    )
    first = form_of(desk.get(change(convention)), number="63-9")
    PlafondRedevance.objects.filter(pk=plafond.pk).update(monthly_maximum=410)
    assert desk.post(change(convention), first).status_code == 200
    convention.refresh_from_db()
    assert convention.number != "63-9"


def test_lines_are_never_deleted(desk, here):
    convention = ConventionFactory(residence=here)
    PlafondRedevance.objects.create(
        convention=convention, type_logement="T1", valid_from="2025-01-01", monthly_maximum=400
    )
    response = desk.get(change(convention))
    assert not response.context["inline_admin_formsets"][0].formset.can_delete
    desk.post(change(convention), form_of(response, **{"plafonds-0-DELETE": "on"}))
    assert PlafondRedevance.objects.count() == 1


def test_the_code_and_the_residence_are_chosen_once(desk, here, elsewhere):
    desk.post(change(here), form_of(desk.get(change(here)), code="autre"))
    here.refresh_from_db()
    assert here.code == "cour"


def test_a_constraint_speaks_french(desk, here):
    ConventionFactory(residence=here, number="63-1")
    data = {"residence": here.pk, "number": "63-1", "kind": "residence_sociale", "signed_on": "01/01/2020"}
    empty = {"plafonds-TOTAL_FORMS": 0, "plafonds-INITIAL_FORMS": 0}
    response = desk.post(reverse("admin:residence_convention_add"), data | empty)
    assert "Cette résidence a déjà une convention de ce numéro." in response.content.decode()


def test_the_doors_of_a_dispositif_are_ticked(desk, here):
    dispositif = DispositifFactory(residence=here)
    data = form_of(desk.get(change(dispositif)), routes=["ccas", "siao"], taux_effort_maximum="0,3333")
    response = desk.post(change(dispositif), data)
    assert response.status_code == 302, response.context["errors"]
    dispositif.refresh_from_db()
    assert sorted(dispositif.routes) == ["ccas", "siao"]
    assert str(dispositif.taux_effort_maximum) == "0.3333"
    assert Dispositif.objects.count() == 1


# Partners


def test_a_partner_keeps_the_residences_that_the_form_cannot_show(desk, here, elsewhere):
    partenaire = PartenaireFactory()
    partenaire.residences.set([elsewhere])
    data = form_of(desk.get(change(partenaire)), city="Riom", residences=[here.pk])
    response = desk.post(change(partenaire), data)
    assert response.status_code == 302, response.context["errors"]
    assert set(partenaire.residences.all()) == {here, elsewhere}


def test_a_partner_is_found_without_accents_and_by_a_contact(desk):
    partenaire = PartenaireFactory(name="Épicerie solidaire")
    partenaire.contacts.create(name="Noël Ébrard")
    partenaire.contacts.create(name="Noëlle Ébrard")
    PartenaireFactory(name="CCAS")
    for sought in ("epicerie", "EBRARD", "ébrard noel"):
        found = desk.get(changelist(Partenaire, q=sought)).context["cl"].result_list
        assert [row.pk for row in found] == [partenaire.pk]


def test_the_journal_of_the_technical_acts_names_nobody(technique, here):
    EntreeJournal.objects.create(action="contrat.sign", kind="action", residence=here)
    EntreeJournal.objects.create(
        action="residence.edit", kind="technique", residence=here, details={"fields": ["city"]}
    )
    response = technique.get(changelist(EntreeJournal))
    assert [row.action for row in response.context["cl"].result_list] == ["residence.edit"]


# Every page


@pytest.fixture
def everything(here, gestionnaire):
    """A row of each model, in one résidence, with its lines."""
    contrat = ContratFactory(sejour=SejourFactory(residence=here))
    avis = AvisFactory(contrat=contrat)
    payment = EncaissementFactory(sejour=contrat.sejour)
    document = issue_document(
        kind=DocumentKind.CONTRAT,
        residence=here,
        menage=contrat.sejour.menage,
        template="pdf/letter.html",
        data={},
        by=gestionnaire,
    )
    day = datetime.date(2025, 4, 1)
    convention = ConventionFactory(residence=here)
    convention.plafonds.create(type_logement="T1", valid_from=day, monthly_maximum=400)
    contrat.sejour.dispositif.criteres.create(kind="age", minimum=18)
    contrat.sejour.dispositif.surfaces.create(type_logement="T1", minimum=9)
    contrat.sejour.dispositif.pieces.create(name="Pièce d’identité")
    contrat.sejour.dispositif.criteres_rang.create(kind="waited", points=2)
    PlafondPLAI.objects.create(
        residence=here,
        valid_from=day,
        **{f"category_{rank}": 10000 * rank for rank in range(1, 7)},
        per_further=3000,
    )
    PartenaireFactory().contacts.create(name="Noël Ébrard")
    TarifFactory(categorie=contrat.place.categorie)
    prestation = Prestation.objects.create(residence=here, name="Parking")
    prestation.tarifs.create(valid_from=day, monthly_amount=20)
    contrat.souscriptions.create(prestation=prestation, start_on=day)
    contrat.assurances.create(insurer="MAIF", end_on=datetime.date(2030, 1, 1), recorded_by=gestionnaire)
    contrat.preavis.create(
        given_by_whom="resident",
        form="hand",
        notified_on=day,
        ends_on=datetime.date(2025, 5, 1),
        recorded_by=gestionnaire,
    )
    contrat.sejour.droits_apl.create(start_on=day, monthly_amount=100)
    IndiceIRL.objects.create(quarter="2031-T1", value=150)
    Batiment.objects.create(residence=here, name="A")
    Campagne.objects.create(residence=here, month=day)
    ClotureMensuelle.objects.create(residence=here, month=datetime.date(2024, 1, 1), closed_by=gestionnaire)
    Ecriture.objects.create(sejour=contrat.sejour, kind="redevance", dated_on=day, amount=420, label="Avril", avis=avis)
    Quittance.objects.create(
        kind="recu",
        sejour=contrat.sejour,
        avis=avis,
        encaissement=payment,
        amount=10,
        issued_on=day,
        document=document,
    )
    ModeleEtatDesLieux.objects.create(residence=here, name="T1", type_logement="T1").elements.create(
        room="Entrée", element="Sol"
    )
    ModeleDocument.objects.create(residence=here, kind="contrat", version=1, texts={"objet": "Autre"})
    edl = contrat.etats_des_lieux.create(kind="entry", made_on=day, made_by=gestionnaire)
    line = edl.lignes.create(room="Entrée", element="Sol", condition="good")
    line.retenues.create(
        cost=100, share=1, proposed=100, amount=100, proof_reference="facture n° 1", decided_by=gestionnaire
    )
    here.grille_vetuste.create(name="Sols", words="sol", life_years=10, yearly_percent=10)
    here.delais_impaye.create(valid_from=day, talk=3)
    Delegation.objects.create(
        from_user=gestionnaire,
        to_user=UserFactory(),
        role=Role.GESTIONNAIRE,
        residence=here,
        start_on=day,
        end_on=day,
        created_by=gestionnaire,
    )
    Avenant.objects.create(
        contrat=contrat,
        rank=1,
        subject="arrival",
        effect_on=day,
        personne=contrat.sejour.menage.personnes.get(),
        capacity="occupant",
        created_by=gestionnaire,
    )
    DossierImpaye.objects.create(sejour=contrat.sejour, opened_on=day, late_from=day)
    Decaissement.objects.create(
        sejour=contrat.sejour,
        kind="credit",
        paid_on=day,
        amount=10,
        method="transfer",
        payee="La titulaire",
        proof="virement n° 1",
        form_key=uuid.uuid4(),
        recorded_by=gestionnaire,
    )
    RestitutionDepot.objects.create(
        sejour=contrat.sejour,
        contrat=contrat,
        keys_back_on=day,
        settled_on=day,
        held=400,
        refund=400,
        decided_by=gestionnaire,
    )
    SchemaComptable.objects.create(
        residence=here,
        account="redevance",
        kind="redevance",
        journal="VE",
        debit="411000",
        debit_label="Résidents",
        credit="708300",
        credit_label="Redevances",
    )
    EntreeJournal.objects.create(action="residence.edit", kind="technique", residence=here)
    RevisionRedevance.objects.create(residence=here, year=2025)
    contrat.place.travaux_prevus.create(from_on=day, days=10, reason="Peinture", planned_by=gestionnaire)
    contrat.place.signalements.create(vacant_on=day, partenaire=PartenaireFactory(), reported_by=gestionnaire)


@pytest.mark.parametrize("model_admin", admin.site._registry.values(), ids=str)
def test_every_page_of_a_row_opens(client, gestionnaire, everything, model_admin):
    opened = 0
    for user in (gestionnaire, UserFactory(role=Role.TECHNIQUE)):
        client.force_login(user)
        if user.holds(model_admin.view_permission):
            response = client.get(changelist(model_admin.model))
            rows = list(response.context["cl"].result_list)
            assert rows or user != gestionnaire
            for row in rows[:2]:
                page = client.get(change(row))
                assert page.status_code == 200
                assert 'alt="False"' not in page.content.decode()
                opened += 1
                name = f"admin:{row._meta.app_label}_{row._meta.model_name}_history"
                assert client.get(reverse(name, args=[row.pk])).status_code == 200
            if model_admin.edit_permission and user.holds(model_admin.edit_permission) and model_admin.can_add:
                name = f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_add"
                assert client.get(reverse(name)).status_code in (200, 403)
    assert opened
