"""Accounts, roles, delegations: what is given, told, refused, journalled."""

import datetime
import re

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from residence.actions.delegations import create_delegation, end_delegation
from residence.actions.staff import (
    close_utilisateur,
    edit_utilisateur,
    end_role,
    grant_role,
    open_utilisateur,
    reopen_utilisateur,
    reset_second_factor,
)
from residence.authentication import enrol_totp, has_second_factor
from residence.models import Delegation, Echeance, EntreeJournal, Referent, RoleAttribution, User
from residence.models.base import today
from residence.permissions import Cause, Permission, Role
from tests.factories import (
    DelegationFactory,
    MenageFactory,
    ResidenceFactory,
    RoleAttributionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def residence():
    return ResidenceFactory()


@pytest.fixture
def technique():
    return UserFactory(role=Role.TECHNIQUE)


@pytest.fixture
def head(residence):
    return UserFactory(role=Role.DIRECTION, residence=residence)


@pytest.fixture
def told(django_capture_on_commit_callbacks):
    """Runs what it is given, and the messages that follow."""

    def run(action, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            return action(**kwargs)

    return run


def fresh(user):
    return User.objects.get(pk=user.pk)


def last(action):
    return EntreeJournal.objects.filter(action=action).latest("pk")


class TestRoles:
    def test_a_role_is_given_journalled_and_told_to_management(self, technique, head, residence, told):
        user = UserFactory()
        elsewhere = UserFactory(role=Role.DIRECTION, residence=ResidenceFactory())
        told(grant_role, by=technique, user=user, role=Role.COORDINATRICE, residence=residence, start_on=today())
        assert fresh(user).held_roles == {(Role.COORDINATRICE, residence.pk)}
        line = last("role.grant")
        assert (line.kind, line.by, line.target_id, line.residence) == ("technique", technique, user.pk, residence)
        assert line.details["role"] == "coordinatrice"
        (message,) = mail.outbox
        assert message.to == [head.email]
        assert str(user) in message.body
        assert "coordinatrice d’actions sociales" in message.body
        assert elsewhere.email not in str(message.message())

    def test_who_stands_in_for_management_is_told_too(self, technique, head, residence, told):
        deputy = UserFactory()
        DelegationFactory(from_user=head, to_user=deputy, role=Role.DIRECTION, residence=residence)
        told(
            grant_role, by=technique, user=UserFactory(), role=Role.GESTIONNAIRE, residence=residence, start_on=today()
        )
        assert {message.to[0] for message in mail.outbox} == {head.email, deputy.email}

    def test_technique_is_told_to_every_management(self, technique, head, told):
        other = UserFactory(role=Role.DIRECTION, residence=ResidenceFactory())
        told(grant_role, by=technique, user=UserFactory(), role=Role.TECHNIQUE, residence=None, start_on=today())
        assert {message.to[0] for message in mail.outbox} == {head.email, other.email}

    @pytest.mark.parametrize("role", [role for role in Role if role != Role.TECHNIQUE])
    def test_nobody_gives_oneself_a_role_that_reads_files(self, technique, residence, role):
        with pytest.raises(ValidationError, match="à soi-même"):
            grant_role(by=technique, user=technique, role=role, residence=residence, start_on=today())
        assert not RoleAttribution.objects.filter(user=technique, role=role).exists()

    def test_the_same_role_is_not_given_twice_at_once(self, technique, residence):
        user = UserFactory(role=Role.GESTIONNAIRE, residence=residence)
        with pytest.raises(ValidationError, match="a déjà ce rôle"):
            grant_role(by=technique, user=user, role=Role.GESTIONNAIRE, residence=residence, start_on=today())

    @pytest.mark.parametrize(
        ("role", "somewhere", "said"),
        [(Role.TECHNIQUE, True, "Choisissez la résidence"), (Role.GESTIONNAIRE, False, "Choisissez la résidence")],
    )
    def test_a_role_is_for_a_residence_technique_for_none(self, technique, residence, role, somewhere, said):
        with pytest.raises(ValidationError, match=said):
            grant_role(
                by=technique,
                user=UserFactory(),
                role=role,
                residence=residence if somewhere else None,
                start_on=today(),
            )

    def test_a_role_is_not_given_to_a_closed_account(self, technique, residence):
        user = UserFactory()
        close_utilisateur(by=technique, user=user)
        with pytest.raises(ValidationError, match="fermé"):
            grant_role(by=technique, user=user, role=Role.GESTIONNAIRE, residence=residence, start_on=today())

    def test_it_ends_at_once_with_what_was_lent_of_it(self, technique, residence):
        given = DelegationFactory(residence=residence)
        attribution = given.from_user.attributions.get()
        end_role(by=technique, attribution=attribution)
        assert not fresh(given.from_user).held_roles
        assert not fresh(given.to_user).held_roles
        with pytest.raises(ValidationError, match="déjà pris fin"):
            end_role(by=technique, attribution=attribution)

    def test_it_ends_after_its_last_day(self, technique, residence):
        user = UserFactory(role=Role.GESTIONNAIRE, residence=residence)
        end_role(by=technique, attribution=user.attributions.get(), last_day=today())
        assert fresh(user).held_roles
        assert not RoleAttribution.objects.in_force(today() + DAY).filter(user=user).exists()

    def test_the_last_technique_stays(self, technique):
        with pytest.raises(ValidationError, match="dernier administrateur technique"):
            end_role(by=technique, attribution=technique.attributions.get())


class TestAccounts:
    def test_an_account_is_opened_without_password_or_role(self, technique):
        user = open_utilisateur(
            by=technique, username="awa.diallo", email="Awa.Diallo@Exemple.fr", first_name="Awa", last_name="Diallo"
        )
        assert user.email == "awa.diallo@exemple.fr"
        assert not user.has_usable_password()
        assert not user.held_roles
        assert last("utilisateur.open").target_id == user.pk

    @pytest.mark.parametrize("field", ["username", "email"])
    def test_two_accounts_do_not_share_a_name_or_an_address_whatever_the_case(self, technique, field):
        UserFactory(username="awa.diallo", email="awa@exemple.fr")
        fields = {"username": "autre", "email": "autre@exemple.fr"} | {
            field: {"username": "Awa.Diallo", "email": "AWA@exemple.fr"}[field]
        }
        with pytest.raises(ValidationError):
            open_utilisateur(by=technique, first_name="Awa", last_name="Diallo", **fields)

    def test_a_new_address_is_told_to_the_old_one_and_to_management(self, technique, head, residence, told):
        user = UserFactory(role=Role.COORDINATRICE, residence=residence)
        old = user.email
        told(edit_utilisateur, by=technique, user=user, email="nouvelle@exemple.fr")
        assert {message.to[0] for message in mail.outbox} == {old, "nouvelle@exemple.fr", head.email}
        assert last("utilisateur.edit").details == {"fields": ["email"]}

    def test_nothing_changed_leaves_no_line(self, technique):
        user = UserFactory()
        edit_utilisateur(by=technique, user=user, first_name=user.first_name)
        assert not EntreeJournal.objects.filter(action="utilisateur.edit").exists()

    def test_closing_ends_roles_delegations_and_sessions(self, technique, residence, client):
        given = DelegationFactory(residence=residence)
        received = DelegationFactory(to_user=given.from_user)
        client.force_login(given.from_user)
        assert client.get("/compte/mot-de-passe/").status_code == 200
        close_utilisateur(by=technique, user=given.from_user)
        assert client.get("/compte/mot-de-passe/").status_code == 302
        closed = fresh(given.from_user)
        assert closed.closed_at.date() == timezone.now().date()
        assert not closed.held_roles
        for row in (given, received):
            row.refresh_from_db()
            assert row.ended_by == technique
        reopen_utilisateur(by=technique, user=closed)
        assert not fresh(closed).held_roles
        assert not fresh(closed).has_usable_password()

    def test_one_does_not_close_ones_own_account_nor_the_last_technique(self, technique):
        with pytest.raises(ValidationError, match="son propre compte"):
            close_utilisateur(by=technique, user=technique)
        with pytest.raises(ValidationError, match="dernier administrateur"):
            close_utilisateur(by=UserFactory(), user=technique)

    def test_what_was_followed_goes_to_the_successor(self, technique, residence):
        leaving = UserFactory(role=Role.COORDINATRICE, residence=residence)
        taking = UserFactory(role=Role.COORDINATRICE, residence=residence)
        menage = MenageFactory(attached=(residence, Cause.SUIVI))
        hidden = MenageFactory(attached=(residence, Cause.SUIVI), is_confidential=True)
        for one in (menage, hidden):
            Referent.objects.create(menage=one, residence=residence, user=leaving, start_on=today() - DAY)
        duty = Echeance.objects.create(
            kind="x",
            due_on=today(),
            residence=residence,
            user=leaving,
            menage=menage,
            target=menage,
        )
        assert close_utilisateur(by=technique, user=leaving, successor=taking) == 1
        assert menage.referents.get(end_on=None).user == taking
        assert hidden.referents.get(end_on=None).user == leaving
        duty.refresh_from_db()
        assert duty.user == taking

    def test_a_successor_has_a_role_there(self, technique, residence):
        leaving = UserFactory(role=Role.COORDINATRICE, residence=residence)
        Referent.objects.create(menage=MenageFactory(), residence=residence, user=leaving)
        with pytest.raises(ValidationError, match="n’a pas de rôle"):
            close_utilisateur(by=technique, user=leaving, successor=UserFactory())
        assert fresh(leaving).is_active

    def test_a_lost_telephone(self, technique, head, residence, told):
        user = UserFactory(role=Role.COORDINATRICE, residence=residence)
        with pytest.raises(ValidationError, match="pas de second facteur"):
            reset_second_factor(by=technique, user=user)
        enrol_totp(user)
        told(reset_second_factor, by=technique, user=user)
        assert not has_second_factor(user)
        assert {message.to[0] for message in mail.outbox} == {user.email, head.email}
        with pytest.raises(ValidationError, match="son propre"):
            reset_second_factor(by=technique, user=technique)


class TestDelegations:
    def lend(self, lender, **kwargs):
        defaults = {"to_user": UserFactory(), "start_on": today(), "end_on": today() + 7 * DAY}
        return create_delegation(by=lender, attribution=lender.attributions.get(), **(defaults | kwargs))

    def test_a_role_is_lent_from_date_to_date(self, head, residence, django_capture_on_commit_callbacks):
        lender = UserFactory(role=Role.COORDINATRICE, residence=residence)
        with django_capture_on_commit_callbacks(execute=True):
            given = self.lend(lender)
        assert given.to_user.held_roles == {(Role.COORDINATRICE, residence.pk)}
        assert {message.to[0] for message in mail.outbox} == {head.email, given.to_user.email}
        assert last("delegation.create").residence == residence
        end_delegation(by=lender, delegation=given)
        assert not fresh(given.to_user).held_roles

    def test_what_was_lent_is_not_lent_again(self, residence):
        given = DelegationFactory(residence=residence)
        with pytest.raises(ValidationError, match="que l’on tient soi-même"):
            create_delegation(
                by=given.to_user,
                attribution=given.from_user.attributions.get(),
                to_user=UserFactory(),
                start_on=today(),
                end_on=today(),
            )

    @pytest.mark.parametrize("role", [Role.TECHNIQUE, Role.COMMISSION])
    def test_some_roles_are_not_lent(self, residence, role):
        with pytest.raises(ValidationError, match="que l’on tient soi-même"):
            self.lend(UserFactory(role=role, residence=residence))

    def test_not_to_oneself_not_twice_not_past_ones_own_term(self, residence):
        lender = UserFactory(role=Role.COORDINATRICE, residence=residence)
        with pytest.raises(ValidationError, match="On ne se délègue pas"):
            self.lend(lender, to_user=lender)
        given = self.lend(lender)
        with pytest.raises(ValidationError, match="déjà délégué"):
            self.lend(lender, to_user=given.to_user, start_on=given.end_on)
        lender.attributions.update(end_on=today() + 2 * DAY)
        with pytest.raises(ValidationError, match="pendant toute cette période"):
            self.lend(lender)

    def test_only_those_concerned_end_it(self, technique):
        given = DelegationFactory()
        with pytest.raises(ValidationError, match="met fin"):
            end_delegation(by=UserFactory(), delegation=given)
        end_delegation(by=technique, delegation=given)

    def test_duties_of_who_is_away_come_to_who_stands_in(self, residence):
        given = DelegationFactory(residence=residence)
        menage = MenageFactory()
        for house, user in ((residence, given.from_user), (ResidenceFactory(), given.from_user)):
            Echeance.objects.create(
                kind=f"x{house.pk}", due_on=today(), residence=house, user=user, target=menage, menage=menage
            )
        assert [duty.residence for duty in Echeance.objects.addressed_to(given.to_user)] == [residence]


class TestPages:
    def test_technique_opens_an_account_gives_a_role_and_closes_it(self, client, technique, residence, settings):
        settings.MODE = "demonstration"
        client.force_login(technique)
        typed = {"first_name": "Awa", "last_name": "Diallo", "username": "awa", "email": "awa@exemple.fr"}
        opened = client.post(reverse("residence:utilisateur_open"), typed)
        user = User.objects.get(username="awa")
        assert opened.url == reverse("residence:role_grant", args=[user.pk])
        page = client.get(opened.url).content.decode()
        link = re.search(r"http://testserver(/compte/mot-de-passe/nouveau/\S+?/)(?=\s|<)", page).group(1)
        given = client.post(
            opened.url, {"role": "gestionnaire", "residence": residence.pk, "start_on": f"{today():%d/%m/%Y}"}
        )
        assert given.url == reverse("residence:utilisateur_detail", args=[user.pk])
        assert fresh(user).holds(Permission.CONTRAT_SIGN, residence.pk)
        assert client.get(given.url).status_code == 200
        edited = client.post(
            reverse("residence:utilisateur_edit", args=[user.pk]), typed | {"function": "Gestionnaire"}
        )
        assert edited.status_code == 302
        assert fresh(user).function == "Gestionnaire"
        closed = client.post(reverse("residence:utilisateur_close", args=[user.pk]), {"successor": ""})
        assert closed.status_code == 302
        assert not fresh(user).is_active
        assert "Rouvrir" in client.get(closed.url).content.decode()
        client.post(reverse("residence:utilisateur_reopen", args=[user.pk]))
        assert fresh(user).is_active
        client.logout()
        assert "Ce lien ne vaut plus" in client.get(link, follow=True).content.decode()

    def test_outside_the_demonstration_nobody_sees_the_link(self, client, technique):
        client.force_login(technique)
        user = UserFactory()
        client.post(reverse("residence:utilisateur_invite", args=[user.pk]))
        page = client.get(reverse("residence:utilisateur_detail", args=[user.pk])).content.decode()
        assert "Un message est parti" in page
        assert "/mot-de-passe/nouveau/" not in page

    def test_errors_stand_at_the_field(self, client, technique):
        client.force_login(technique)
        UserFactory(username="awa")
        typed = {"first_name": "Awa", "last_name": "", "username": "AWA", "email": "pas une adresse"}
        page = client.post(reverse("residence:utilisateur_open"), typed).content.decode()
        assert "Cet identifiant est déjà pris." in page
        assert 'value="pas une adresse"' in page

    def test_a_role_for_oneself_is_not_offered(self, client, technique, residence):
        client.force_login(technique)
        path = reverse("residence:role_grant", args=[technique.pk])
        page = client.get(path).content.decode()
        assert 'value="technique"' in page
        assert 'value="coordinatrice"' not in page
        client.post(path, {"role": "coordinatrice", "residence": residence.pk, "start_on": "01/01/2026"})
        assert not RoleAttribution.objects.filter(user=technique, role="coordinatrice").exists()

    def test_a_coordinatrice_lends_her_role(self, client, residence):
        user = UserFactory(role=Role.COORDINATRICE, residence=residence)
        colleague = UserFactory()
        client.force_login(user)
        assert client.get(reverse("residence:delegation_list")).status_code == 200
        typed = {
            "attribution": user.attributions.get().pk,
            "to_user": colleague.pk,
            "start_on": f"{today():%d/%m/%Y}",
            "end_on": f"{today() + 7 * DAY:%d/%m/%Y}",
            "reason": "Congés",
        }
        assert client.post(reverse("residence:delegation_create"), typed).status_code == 302
        again = client.post(reverse("residence:delegation_create"), typed)
        assert "déjà délégué" in again.content.decode()
        given = Delegation.objects.get()
        path = reverse("residence:delegation_end", args=[given.pk])
        assert path in client.get(reverse("residence:delegation_list")).content.decode()
        assert client.post(path).status_code == 302
        assert not fresh(colleague).held_roles

    def test_a_delegation_of_others_is_not_found(self, client, residence):
        given = DelegationFactory()
        client.force_login(UserFactory(role=Role.COORDINATRICE, residence=residence))
        assert client.get(reverse("residence:delegation_end", args=[given.pk])).status_code == 404

    def test_the_list_costs_the_same_for_thirty_accounts(self, client, technique, residence):
        client.force_login(technique)

        def queries(count):
            for _ in range(count):
                RoleAttributionFactory(residence=residence)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(reverse("residence:utilisateur_list")).status_code == 200
            return len(captured)

        queries(0)
        assert queries(3) == queries(27)

    def test_filters(self, client, technique, residence):
        client.force_login(technique)
        UserFactory(first_name="Éloïse", last_name="Bœuf", role=Role.GESTIONNAIRE, residence=residence)
        path = reverse("residence:utilisateur_list")
        assert "Éloïse" in client.get(path, {"q": "eloise"}).content.decode()
        assert "Éloïse" in client.get(path, {"role": "gestionnaire"}).content.decode()
        assert "Éloïse" not in client.get(path, {"role": "coordinatrice"}).content.decode()
        assert "Aucun compte" in client.get(path, {"etat": "fermes"}).content.decode()
