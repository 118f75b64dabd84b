"""Optional services have an invoice of their own (CCH, R.633-4)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("residence", "0002_what_never_changes"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="documentemis",
            name="document_emis_kind",
        ),
        migrations.RemoveConstraint(
            model_name="modeledocument",
            name="modele_document_kind",
        ),
        migrations.AlterField(
            model_name="documentemis",
            name="kind",
            field=models.CharField(
                choices=[
                    ("invitation", "invitation à un entretien"),
                    ("synthese", "synthèse pour la commission"),
                    ("pv", "procès-verbal de la commission"),
                    ("lettre_candidat", "lettre de décision au candidat"),
                    ("lettre_prescripteur", "lettre de décision au prescripteur"),
                    ("proposition", "proposition de logement"),
                    ("contrat", "contrat d’occupation"),
                    ("reglement", "règlement intérieur"),
                    ("etat_des_lieux", "état des lieux"),
                    ("avis_echeance", "avis d’échéance"),
                    ("facture", "facture de prestations"),
                    ("quittance", "quittance"),
                    ("recu", "reçu"),
                    ("releve", "relevé de compte"),
                    ("attestation", "attestation de résidence"),
                    ("projet", "projet personnalisé"),
                ],
                max_length=30,
                verbose_name="document",
            ),
        ),
        migrations.AlterField(
            model_name="modeledocument",
            name="kind",
            field=models.CharField(
                choices=[
                    ("invitation", "invitation à un entretien"),
                    ("synthese", "synthèse pour la commission"),
                    ("pv", "procès-verbal de la commission"),
                    ("lettre_candidat", "lettre de décision au candidat"),
                    ("lettre_prescripteur", "lettre de décision au prescripteur"),
                    ("proposition", "proposition de logement"),
                    ("contrat", "contrat d’occupation"),
                    ("reglement", "règlement intérieur"),
                    ("etat_des_lieux", "état des lieux"),
                    ("avis_echeance", "avis d’échéance"),
                    ("facture", "facture de prestations"),
                    ("quittance", "quittance"),
                    ("recu", "reçu"),
                    ("releve", "relevé de compte"),
                    ("attestation", "attestation de résidence"),
                    ("projet", "projet personnalisé"),
                ],
                max_length=30,
                verbose_name="document",
            ),
        ),
        migrations.AddConstraint(
            model_name="documentemis",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "invitation",
                            "synthese",
                            "pv",
                            "lettre_candidat",
                            "lettre_prescripteur",
                            "proposition",
                            "contrat",
                            "reglement",
                            "etat_des_lieux",
                            "avis_echeance",
                            "facture",
                            "quittance",
                            "recu",
                            "releve",
                            "attestation",
                            "projet",
                        ],
                    )
                ),
                name="document_emis_kind",
                violation_error_message="Cette valeur n’est pas dans la liste.",
            ),
        ),
        migrations.AddConstraint(
            model_name="modeledocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "invitation",
                            "synthese",
                            "pv",
                            "lettre_candidat",
                            "lettre_prescripteur",
                            "proposition",
                            "contrat",
                            "reglement",
                            "etat_des_lieux",
                            "avis_echeance",
                            "facture",
                            "quittance",
                            "recu",
                            "releve",
                            "attestation",
                            "projet",
                        ],
                    )
                ),
                name="modele_document_kind",
                violation_error_message="Cette valeur n’est pas dans la liste.",
            ),
        ),
    ]
