"""The journal only grows; an issued document keeps its data; its PDF is made once; a merging is undone, never rewritten."""

from django.db import migrations

from residence.migrations_sql import Guard, RevokeChanges


class Migration(migrations.Migration):
    dependencies = [("residence", "0001_people_and_residences")]

    operations = [
        # The one door by which a fact may leave. It is shut: what opens it comes with retention.
        migrations.RunSQL(
            """
            CREATE FUNCTION leaves_under_visa() RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT false $$;

            CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' AND leaves_under_visa() THEN
                    RETURN OLD;
                END IF;
                RAISE EXCEPTION 'Une ligne de % ne se modifie pas et ne s’efface pas.', TG_TABLE_NAME
                    USING ERRCODE = 'integrity_constraint_violation';
            END $$;

            CREATE FUNCTION refuse_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    IF leaves_under_visa() THEN
                        RETURN OLD;
                    END IF;
                -- The household under which it is kept follows a merging, and comes back with it.
                ELSIF (to_jsonb(NEW) - 'menage_id') = (to_jsonb(OLD) - 'menage_id') AND EXISTS (
                    SELECT 1 FROM residence_menage
                    WHERE (id = OLD.menage_id AND merged_into_id = NEW.menage_id)
                       OR (id = NEW.menage_id AND merged_into_id = OLD.menage_id)) THEN
                    RETURN NEW;
                ELSIF OLD.pdf_made_at IS NULL
                    AND (to_jsonb(NEW) - 'pdf' - 'pdf_sha256' - 'pdf_made_at')
                      = (to_jsonb(OLD) - 'pdf' - 'pdf_sha256' - 'pdf_made_at') THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'Un document émis ne se modifie pas et ne s’efface pas.'
                    USING ERRCODE = 'integrity_constraint_violation';
            END $$;

            -- The owner of the tables may empty those of a test; the application's role never.
            CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF current_setting('residence.flush', true) = 'on'
                    AND pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
                    RETURN NULL;
                END IF;
                RAISE EXCEPTION 'La table % ne se vide pas.', TG_TABLE_NAME
                    USING ERRCODE = 'integrity_constraint_violation';
            END $$;
            """,
            """
            DROP FUNCTION refuse_truncate();
            DROP FUNCTION refuse_document_change();
            DROP FUNCTION refuse_change();
            DROP FUNCTION leaves_under_visa();
            """,
        ),
        Guard("residence_entreejournal"),
        RevokeChanges("residence_entreejournal"),
        Guard("residence_documentemis", function="refuse_document_change"),
        Guard("residence_modeledocument"),
        Guard("residence_mouvementfusion"),
        RevokeChanges("residence_mouvementfusion"),
    ]
