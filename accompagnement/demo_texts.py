"""What the notes of the demonstration say: what was done, never what somebody is worth."""

from accompagnement.models import NoteSociale, Theme

Kind, Mission = NoteSociale.Kind, NoteSociale.Mission

# Nature, themes, text, the step that it may announce, the mission it counts for.
FIRST = (
    (
        Kind.ENTRETIEN,
        [Theme.DROITS, Theme.LOGEMENT],
        (
            "Premier rendez-vous depuis l’entrée. Tour des droits ouverts et du règlement de la résidence. "
            "Nous convenons d’un rendez-vous par mois."
        ),
        "Compléter la demande de logement social",
        "",
    ),
    (
        Kind.VISITE,
        [Theme.VIE_QUOTIDIENNE],
        (
            "Visite d’installation. Les équipements sont expliqués, la buanderie montrée. Il manque une lampe "
            "dans l’entrée, "
            "signalée à l’équipe technique."
        ),
        "Vérifier que la lampe est posée",
        "",
    ),
)
VISIT = (
    Kind.VISITE,
    [Theme.VIE_QUOTIDIENNE],
    "Visite à domicile. Tout va bien dans le logement ; nous relisons ensemble le courrier de la semaine.",
    "",
    "",
)
NOTES = (
    (
        Kind.ENTRETIEN,
        [Theme.BUDGET],
        (
            "Point budget. La redevance est payée, l’échéancier d’énergie de l’ancien logement est tenu. "
            "Reste à prévoir l’assurance de l’année prochaine."
        ),
        "Refaire le point budget",
        Mission.IMPAYES,
    ),
    (
        Kind.DEMARCHE,
        [Theme.DROITS, Theme.NUMERIQUE],
        (
            "Déclaration trimestrielle faite ensemble sur le site de la CAF. Le mot de passe est changé et noté "
            "par la personne."
        ),
        "Faire la déclaration suivante",
        Mission.MEDIATION,
    ),
    (
        Kind.ENTRETIEN,
        [Theme.LOGEMENT],
        (
            "Demande de logement social renouvelée, avec l’attestation de la résidence. Secteurs souhaités : "
            "centre et nord."
        ),
        "Relancer le service des attributions",
        "",
    ),
    (
        Kind.APPEL,
        [Theme.EMPLOI],
        "Appel après l’entretien d’embauche : une période d’essai commence lundi. Horaires décalés, le bus convient.",
        "Demander le premier contrat pour le dossier",
        "",
    ),
    (
        Kind.ENTRETIEN,
        [Theme.FORMATION, Theme.EMPLOI],
        "Inscription à la formation confirmée. La rémunération commence le mois prochain, la CAF est prévenue.",
        "Vérifier le calcul de l’APL",
        "",
    ),
    (
        Kind.VISITE,
        [Theme.VIE_QUOTIDIENNE],
        "Visite à domicile. Logement bien tenu. Le radiateur de la pièce principale chauffe mal, demande transmise.",
        "Prendre des nouvelles du radiateur",
        "",
    ),
    (
        Kind.DEMARCHE,
        [Theme.SANTE],
        "Rendez-vous pris au bilan de prévention. La complémentaire santé est renouvelée jusqu’à la fin de l’année.",
        "",
        "",
    ),
    (
        Kind.ENTRETIEN,
        [Theme.PARENTALITE],
        (
            "Inscription à la cantine et à la garderie. L’école a donné la liste des fournitures, une aide est "
            "demandée au CCAS."
        ),
        "Suivre la réponse du CCAS",
        Mission.MEDIATION,
    ),
    (
        Kind.NOTE,
        [Theme.ISOLEMENT],
        (
            "A participé au goûter de la résidence et aux cours de français du lundi. Souhaite aider à la "
            "prochaine fête des voisins."
        ),
        "",
        Mission.ISOLEMENT,
    ),
    (
        Kind.ENTRETIEN,
        [Theme.NUMERIQUE],
        "Atelier numérique : création d’une adresse électronique, première connexion à l’espace locataire.",
        "",
        Mission.MEDIATION,
    ),
    (
        Kind.APPEL,
        [Theme.BUDGET, Theme.LOGEMENT],
        "Retard de paiement expliqué par un changement d’employeur. Règlement prévu à la prochaine paie.",
        "Vérifier le règlement avec la gestionnaire",
        Mission.IMPAYES,
    ),
    (
        Kind.ENTRETIEN,
        [Theme.VIE_QUOTIDIENNE],
        "Échange sur le bruit le soir. Les horaires de la buanderie sont rappelés à l’étage par un affichage.",
        "",
        Mission.VIE_COLLECTIVE,
    ),
)
REFERENTS_ONLY = (
    (
        Kind.ENTRETIEN,
        [Theme.LOGEMENT],
        "Point sur la situation familiale, à la demande de la personne. Ce qui est dit ici reste entre référents.",
        "",
        "",
    ),
    (
        Kind.DEMARCHE,
        [Theme.DROITS],
        "Rendez-vous obtenu au point d’accès au droit. La personne souhaite y aller seule.",
        "Demander si le rendez-vous s’est tenu",
        "",
    ),
)
LAST = (
    Kind.ENTRETIEN,
    [Theme.LOGEMENT],
    (
        "Visite du logement proposé et accord donné. Préavis remis à la gestionnaire, changement d’adresse "
        "préparé ensemble."
    ),
    "",
    "",
)
PINNED = (
    "Joignable l’après-midi seulement (horaires de nuit).",
    "Préfère les rendez-vous avec une personne qui parle portugais.",
    "Courriers à expliquer de vive voix.",
    "Échéancier suivi : prévenir avant toute relance.",
)
CLOSED = {
    "hlm": "relogé dans le parc social",
    "prive": "relogé dans le parc privé",
    "iml": "entrée en intermédiation locative",
    "residence_sociale": "entrée dans une autre résidence",
    "famille": "départ en famille",
    "medico_social": "entrée en établissement",
    "inconnue": "départ sans adresse connue",
}
DRAFT = "Rendez-vous de ce matin : la demande de logement social est à jour, reste à joindre"
ELSEWHERE = (
    "Accompagnement demandé par le CCAS pour une demande de logement social. La personne vit chez un proche.",
    "Suivi poursuivi après la sortie : premières semaines dans le nouveau logement.",
)
