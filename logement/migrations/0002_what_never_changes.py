"""The ledger only grows, and not in a closed month; what is signed stays; contracts follow each other without a hole."""

from django.db import migrations

from residence.migrations_sql import Guard, RevokeChanges

# Any number will do, as long as nothing else takes the advisory locks of this pair with the number of a résidence.
LOCK = 5_202_601


class Migration(migrations.Migration):
    dependencies = [
        ("logement", "0001_stock_stays_and_ledger"),
        ("residence", "0002_what_never_changes"),
    ]

    operations = [
        Guard("logement_ecriture"),
        RevokeChanges("logement_ecriture"),
        Guard("logement_imputation"),
        migrations.RunSQL(
            """
            CREATE FUNCTION refuse_quittance_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    IF leaves_under_visa() THEN
                        RETURN OLD;
                    END IF;
                ELSIF OLD.cancelled_at IS NULL AND NEW.cancelled_at IS NOT NULL
                    AND (to_jsonb(NEW) - 'cancelled_at' - 'cancelled_by_id' - 'cancelled_reason')
                      = (to_jsonb(OLD) - 'cancelled_at' - 'cancelled_by_id' - 'cancelled_reason') THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'Une quittance ne se modifie pas et ne s’efface pas : elle s’annule, avec sa raison.'
                    USING ERRCODE = 'integrity_constraint_violation';
            END $$;
            """,
            "DROP FUNCTION refuse_quittance_change();",
        ),
        Guard("logement_quittance", function="refuse_quittance_change"),
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
            DECLARE
                found_status text;
            BEGIN
                -- The lock waits for who is sealing at this instant, and makes who would seal wait for this change.
                FOR found_status IN
                    SELECT status FROM logement_etatdeslieux
                    WHERE id IN (OLD.etat_des_lieux_id, NEW.etat_des_lieux_id) ORDER BY id FOR SHARE
                LOOP
                    IF found_status = 'signed' THEN
                        RAISE EXCEPTION 'Un état des lieux signé ne se modifie pas.'
                            USING ERRCODE = 'integrity_constraint_violation';
                    END IF;
                END LOOP;
                RETURN coalesce(NEW, OLD);
            END $$;

            CREATE FUNCTION refuse_sealed_photo_change() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                found_status text;
            BEGIN
                FOR found_status IN
                    SELECT status FROM logement_etatdeslieux
                    WHERE id IN (
                        SELECT etat_des_lieux_id FROM logement_ligneetatdeslieux WHERE id IN (OLD.ligne_id, NEW.ligne_id)
                    )
                    ORDER BY id FOR SHARE
                LOOP
                    IF found_status = 'signed' THEN
                        RAISE EXCEPTION 'Un état des lieux signé ne se modifie pas.'
                            USING ERRCODE = 'integrity_constraint_violation';
                    END IF;
                END LOOP;
                RETURN coalesce(NEW, OLD);
            END $$;

            -- A draft of the following contract stands beside the running one until it is signed.
            CREATE FUNCTION check_contracts_follow() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (
                    SELECT 1
                    FROM (
                        SELECT start_on, lag(end_on) OVER w AS previous_end, row_number() OVER w AS rank
                        FROM logement_contratoccupation
                        WHERE sejour_id = NEW.sejour_id
                            AND status IN ('running', 'notice', 'ended', 'occupant_sans_titre')
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
            DROP FUNCTION refuse_sealed_photo_change();
            DROP FUNCTION refuse_sealed_line_change();
            DROP FUNCTION refuse_sealed_state_change();
            """,
        ),
        Guard("logement_etatdeslieux", function="refuse_sealed_state_change"),
        Guard("logement_ligneetatdeslieux", function="refuse_sealed_line_change", events="INSERT OR UPDATE OR DELETE"),
        Guard("logement_photoetatdeslieux", function="refuse_sealed_photo_change", events="INSERT OR UPDATE OR DELETE"),
        migrations.RunSQL(
            """
            CREATE FUNCTION refuse_retenue_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    IF leaves_under_visa() THEN
                        RETURN OLD;
                    END IF;
                ELSIF TG_OP = 'INSERT' THEN
                    IF NOT EXISTS (SELECT 1 FROM logement_ligneetatdeslieux WHERE id = NEW.ligne_id AND is_personal) THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'Un meuble personnel n’est jamais compté au résident.'
                        USING ERRCODE = 'integrity_constraint_violation';
                ELSIF OLD.cancelled_at IS NULL AND NEW.cancelled_at IS NOT NULL
                    AND (to_jsonb(NEW) - 'cancelled_at' - 'cancelled_by_id' - 'cancelled_reason')
                      = (to_jsonb(OLD) - 'cancelled_at' - 'cancelled_by_id' - 'cancelled_reason') THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'Une retenue ne se modifie pas et ne s’efface pas : elle s’annule, avec sa raison.'
                    USING ERRCODE = 'integrity_constraint_violation';
            END $$;
            """,
            "DROP FUNCTION refuse_retenue_change();",
        ),
        Guard("logement_retenuesortie", function="refuse_retenue_change", events="INSERT OR UPDATE OR DELETE"),
        Guard("logement_signalementvacance"),
        RevokeChanges("logement_signalementvacance"),
        Guard("logement_etapeprocedure"),
        RevokeChanges("logement_etapeprocedure"),
        Guard("logement_comptagecaisse"),
        RevokeChanges("logement_comptagecaisse"),
        migrations.RunSQL(
            f"""
            -- Entries hold the books of their résidence open until they are committed; closing waits for them.
            CREATE FUNCTION refuse_closed_month() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                book record;
            BEGIN
                FOR book IN
                    SELECT stay.residence_id, min(added.dated_on) AS earliest
                    FROM added JOIN logement_sejour stay ON stay.id = added.sejour_id
                    GROUP BY stay.residence_id ORDER BY stay.residence_id
                LOOP
                    PERFORM pg_advisory_xact_lock_shared({LOCK}, book.residence_id::int);
                    IF EXISTS (
                        SELECT 1 FROM logement_cloturemensuelle
                        WHERE residence_id = book.residence_id AND month >= date_trunc('month', book.earliest)::date
                    ) THEN
                        RAISE EXCEPTION 'Ce mois est clos : aucune écriture ne peut plus y être datée.'
                            USING ERRCODE = 'integrity_constraint_violation';
                    END IF;
                END LOOP;
                RETURN NULL;
            END $$;

            CREATE TRIGGER ecriture_closed_month AFTER INSERT ON logement_ecriture
                REFERENCING NEW TABLE AS added
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_month();

            CREATE FUNCTION close_books() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_advisory_xact_lock({LOCK}, NEW.residence_id::int);
                RETURN NEW;
            END $$;

            CREATE TRIGGER cloture_takes_books BEFORE INSERT ON logement_cloturemensuelle
                FOR EACH ROW EXECUTE FUNCTION close_books();
            """,
            """
            DROP TRIGGER cloture_takes_books ON logement_cloturemensuelle;
            DROP FUNCTION close_books();
            DROP TRIGGER ecriture_closed_month ON logement_ecriture;
            DROP FUNCTION refuse_closed_month();
            """,
        ),
    ]
