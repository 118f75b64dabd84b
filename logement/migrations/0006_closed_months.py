"""No entry is written in a closed month, whoever writes and whenever the month closes."""

from django.db import migrations

# Any number will do, as long as nothing else takes the advisory locks of this pair with the number of a résidence.
LOCK = 5_202_601


class Migration(migrations.Migration):
    dependencies = [("logement", "0005_settlements")]

    operations = [
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
