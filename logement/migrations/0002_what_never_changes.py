"""The ledger only grows; a sealed état des lieux stays as signed; the contracts of a stay follow each other without a hole."""

from django.db import migrations

from residence.migrations_sql import Guard, revoke_changes


class Migration(migrations.Migration):
    dependencies = [
        ("logement", "0001_stock_stays_and_ledger"),
        ("residence", "0002_what_never_changes"),
    ]

    operations = [
        Guard("logement_ecriture"),
        revoke_changes("logement_ecriture"),
        Guard("logement_imputation"),
        Guard("logement_quittance"),
        Guard("logement_signatureetatdeslieux"),
        migrations.RunSQL(
            """
            CREATE FUNCTION refuse_sealed_state_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF OLD.status = 'signed' THEN
                    RAISE EXCEPTION 'Un état des lieux signé ne se modifie pas.'
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN coalesce(NEW, OLD);
            END $$;

            CREATE FUNCTION refuse_sealed_line_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (
                    SELECT 1 FROM logement_etatdeslieux
                    WHERE id = coalesce(OLD.etat_des_lieux_id, NEW.etat_des_lieux_id) AND status = 'signed'
                ) THEN
                    RAISE EXCEPTION 'Un état des lieux signé ne se modifie pas.'
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN coalesce(NEW, OLD);
            END $$;

            CREATE FUNCTION check_contracts_follow() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (
                    SELECT 1
                    FROM (
                        SELECT start_on, lag(end_on) OVER w AS previous_end, row_number() OVER w AS rank
                        FROM logement_contratoccupation
                        WHERE sejour_id = NEW.sejour_id AND status <> 'cancelled'
                        WINDOW w AS (ORDER BY start_on)
                    ) AS followed
                    WHERE rank > 1 AND (previous_end IS NULL OR start_on <> previous_end + 1)
                ) THEN
                    RAISE EXCEPTION 'Les contrats d’un séjour se suivent sans trou : l’ancien finit la veille du nouveau.'
                        USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'contrat_no_hole';
                END IF;
                RETURN NULL;
            END $$;

            CREATE CONSTRAINT TRIGGER contrat_no_hole
                AFTER INSERT OR UPDATE OF sejour_id, start_on, end_on, status ON logement_contratoccupation
                DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION check_contracts_follow();
            """,
            """
            DROP TRIGGER contrat_no_hole ON logement_contratoccupation;
            DROP FUNCTION check_contracts_follow();
            DROP FUNCTION refuse_sealed_line_change();
            DROP FUNCTION refuse_sealed_state_change();
            """,
        ),
        Guard("logement_etatdeslieux", function="refuse_sealed_state_change"),
        Guard("logement_ligneetatdeslieux", function="refuse_sealed_line_change", events="INSERT OR UPDATE OR DELETE"),
    ]
