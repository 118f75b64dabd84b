"""The guide says what the code does."""

from pathlib import Path

from residence.permissions import TABLE, Cause, Role

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "guide"
SHORT = {
    Role.COORDINATRICE: "coordinatrice",
    Role.GESTIONNAIRE: "gestionnaire",
    Role.VIE_RESIDENTIELLE: "vie résidentielle",
    Role.COMMISSION: "commission",
    Role.DIRECTION: "direction",
    Role.TECHNIQUE: "technique",
}
SIGN = {Cause.CANDIDATURE: "C", Cause.SEJOUR: "S", Cause.SUIVI: "A"}


def rights() -> str:
    """The page of the guide that the table of permissions gives."""
    lines = [
        "# Qui peut faire quoi",
        "",
        "Un rôle est tenu pour une résidence. Les lettres disent pour quels ménages il ouvre l’acte :",
        "**C** candidats, **S** résidents, **A** personnes accompagnées ; ● pour tous, ou quand l’acte ne porte sur",
        "aucun ménage. ◇ : l’acte continue sous le numéro d’un dossier confidentiel, sans son nom.",
        "",
        "| acte | " + " | ".join(SHORT.values()) + " |",
        "|---|" + "---|" * len(SHORT),
    ]
    for permission, grant in TABLE.items():
        cells = []
        for role in SHORT:
            causes = grant.roles.get(role)
            if causes is None:
                cells.append("")
            else:
                cells.append(
                    "●" if causes == frozenset(Cause) else "".join(SIGN[one] for one in Cause if one in causes)
                )
        mark = " ◇" if grant.on_number else ""
        lines.append(f"| {permission.label}{mark} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def test_the_table_of_rights_is_that_of_the_code():
    """To write it again: `python -m tests.test_guide`."""
    assert (GUIDE / "droits.md").read_text() == rights()


if __name__ == "__main__":
    (GUIDE / "droits.md").write_text(rights())
