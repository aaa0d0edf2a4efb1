"""What the pages say, in both languages."""

from __future__ import annotations

from flask import current_app, request, session

LANGUAGES = {"fr": "Français", "en": "English"}

WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "skip": "Aller au contenu",
        "about": "Application de démonstration d’une autre entreprise : on y entre"
        " avec {provider}.",
        "welcome": "Gardez vos contrats à l’œil",
        "invite": "Vigie n’a pas de mot de passe à elle. Vous êtes déjà chez {provider} ? Vous"
        " entrez sans rien retaper.",
        "sign_in": "Se connecter avec {provider}",
        "hello": "Bonjour {name}",
        "proof": "{provider} dit qui vous êtes ; Vigie n’a jamais vu votre mot de passe.",
        "contracts": "Vos contrats",
        "code": "Contrat",
        "name": "Nom",
        "organisation": "Organisation",
        "no_contracts": "Vous n’avez de droits sur aucun contrat.",
        "unread": "Vos contrats ne peuvent pas être lus pour le moment. Rechargez la page.",
        "sign_out": "Se déconnecter partout",
        "signed_out": "Vous êtes déconnecté",
        "signed_out_more": "De Vigie, de {provider} et des applications où vous étiez entré ainsi.",
        "portal": "L’espace client",
        "refused": "Cela n’a pas abouti",
        "access_denied": "Vous n’avez pas autorisé Vigie : rien ne lui a été transmis.",
        "failed": "La réponse ne va pas avec une connexion commencée ici. Recommencez.",
        "ended": "Votre session chez {provider} est terminée. Reconnectez-vous.",
        "stale": "Cette page est trop ancienne. Revenez à l’accueil et recommencez.",
        "silent": "{provider} ne répond pas pour le moment. Réessayez dans une minute.",
        "again": "Retour à l’accueil",
        "language": "Langue",
    },
    "en": {
        "skip": "Skip to content",
        "about": "A demo application of another company: people enter with {provider}.",
        "welcome": "Keep an eye on your contracts",
        "invite": "Vigie has no password of its own. Already at {provider}? You enter without"
        " typing anything again.",
        "sign_in": "Sign in with {provider}",
        "hello": "Hello {name}",
        "proof": "{provider} says who you are; Vigie has never seen your password.",
        "contracts": "Your contracts",
        "code": "Contract",
        "name": "Name",
        "organisation": "Organisation",
        "no_contracts": "You hold rights in no contract.",
        "unread": "Your contracts cannot be read at the moment. Load the page again.",
        "sign_out": "Sign out everywhere",
        "signed_out": "You are signed out",
        "signed_out_more": "Of Vigie, of {provider}, and of the applications you entered that way.",
        "portal": "The customer space",
        "refused": "That did not work",
        "access_denied": "You did not allow Vigie: it was told nothing.",
        "failed": "The answer belongs to no sign-in that was begun here. Please start again.",
        "ended": "Your session at {provider} has ended. Please sign in again.",
        "stale": "This page is too old. Go back to the start and try again.",
        "silent": "{provider} does not answer at the moment. Try again in a minute.",
        "again": "Back to the start",
        "language": "Language",
    },
}


def current_language() -> str:
    """As chosen here (``?lang=``), else as the browser prefers."""
    chosen = request.args.get("lang")
    if chosen in LANGUAGES:
        session["language"] = chosen
    known = session.get("language")
    return str(known or request.accept_languages.best_match(list(LANGUAGES)) or "fr")


def words() -> dict[str, str]:
    """With the name under which people know the provider."""
    provider = current_app.config["PROVIDER"]
    chosen = WORDS[current_language()]
    return {name: said.replace("{provider}", provider) for name, said in chosen.items()}
