/** Every sentence of the chat's own, in French and in English. What Guichet says comes from the flows. */

const WORDS = {
  today: ["Aujourd’hui", "Today"],
  yesterday: ["Hier", "Yesterday"],
  me: ["Vous", "You"],
  title: ["Déclaration de sinistre", "Report a claim"],
  with: ["{name} vous répond", "{name} answers you"],
  switchTo: ["English", "Français"],
  conversation: ["Conversation", "Conversation"],
  urgent: ["Important, à lire tout de suite", "Important, please read now"],
  step: ["Étape {step} sur {of}", "Step {step} of {of}"],
  yourAnswer: ["Votre message", "Your message"],
  send: ["Envoyer", "Send"],
  sendChoices: ["Valider mon choix", "Confirm my choice"],
  pickSome: ["Plusieurs réponses possibles", "You can pick several"],
  noneChosen: ["Cochez au moins une réponse.", "Please tick at least one answer."],
  pickDate: ["Choisir dans le calendrier", "Pick from the calendar"],
  edit: ["Modifier", "Change"],
  editThis: ["Modifier : {label}", "Change: {label}"],
  summary: ["Vos réponses", "Your answers"],
  sending: ["Envoi…", "Sending…"],
  waiting: ["Partira au retour du réseau", "Will be sent when you are back online"],
  sent: ["Envoyé", "Sent"],
  read: ["Lu", "Read"],
  refused: [
    "Ce message n’a pas été accepté. Il est gardé ici.",
    "This message was not accepted. It is kept here.",
  ],
  resend: ["Renvoyer", "Send again"],
  discard: ["Retirer", "Remove"],
  typing: ["{name} écrit…", "{name} is typing…"],
  offline: [
    "Vous êtes hors ligne. Rien n’est perdu : vos messages partiront dès le retour du réseau.",
    "You are offline. Nothing is lost: your messages will go as soon as you are back online.",
  ],
  connecting: [
    "Connexion interrompue. Vos réponses sont enregistrées, nous réessayons…",
    "The connection dropped. Your answers are saved, we are trying again…",
  ],
  back: ["Connexion rétablie.", "You are connected again."],
  busy: [
    "Beaucoup de monde en ce moment. Vos messages sont gardés et vont partir.",
    "We are very busy right now. Your messages are kept and will go out.",
  ],
  gone: [
    "Cette conversation n’est plus ouverte sur cet appareil.",
    "This conversation is no longer open on this device.",
  ],
  linkGone: [
    "Ce lien a expiré ou a déjà servi. Demandez-en un nouveau là où la conversation est ouverte, ou recommencez ici.",
    "This link has expired or was used already. Ask for a new one where the conversation is open, or start again here.",
  ],
  linkOver: [
    "Ce lien n’est plus valable. Voici la conversation ouverte sur cet appareil.",
    "This link is no longer valid. This is the conversation that is open on this device.",
  ],
  twoOpen: ["Deux conversations", "Two conversations"],
  twoOpenText: [
    "Vous avez déjà une conversation sur cet appareil. Ce lien en ouvre une autre : laquelle voulez-vous ici ?",
    "You already have a conversation on this device. This link opens another one: which one do you want here?",
  ],
  keepMine: ["Garder la mienne", "Keep mine"],
  openOther: ["Ouvrir celle du lien", "Open the one of the link"],
  restart: ["Commencer une conversation", "Start a conversation"],
  camera: ["Prendre une photo", "Take a photo"],
  files: ["Choisir des fichiers", "Choose files"],
  uploading: ["{name} : envoi", "{name}: sending"],
  received: ["Bien reçu", "Received"],
  failed: [
    "« {name} » n’est pas parti (réseau coupé). Vos réponses sont enregistrées. Nous réessayons…",
    "“{name}” was not sent (no network). Your answers are saved. We are trying again.",
  ],
  lost: [
    "« {name} » n’était pas parti quand la page s’est fermée. Vos réponses sont enregistrées. Choisissez-le à nouveau.",
    "“{name}” had not been sent when the page closed. Your answers are saved. Please choose it again.",
  ],
  tooLarge: [
    "« {name} » est trop lourd. Le reste est gardé. Envoyez une photo plus légère ou un autre fichier.",
    "“{name}” is too large. The rest is kept. Please send a lighter photo or another file.",
  ],
  wrongType: [
    "« {name} » n’est pas un format que nous lisons. Envoyez une photo (JPEG, PNG, HEIC) ou un PDF.",
    "“{name}” is not a format we can read. Please send a photo (JPEG, PNG, HEIC) or a PDF.",
  ],
  rejected: [
    "« {name} » n’a pas pu être enregistré. Le reste est gardé. Essayez avec un autre fichier.",
    "“{name}” could not be saved. The rest is kept. Please try another file.",
  ],
  tooMany: ["20 fichiers au plus par message.", "20 files at most in a message."],
  again: ["Réessayer", "Try again"],
  retake: ["Reprendre la photo", "Retake the photo"],
  keep: ["Garder quand même", "Keep it anyway"],
  remove: ["Retirer {name}", "Remove {name}"],
  original: ["Envoyer l’original", "Send the original"],
  whenReady: [
    "Le message partira dès que les fichiers seront arrivés.",
    "Your message will go as soon as the files have arrived.",
  ],
  openFile: ["Ouvrir {name}", "Open {name}"],
  resumeLink: ["Continuer plus tard ou sur un autre appareil", "Continue later or on another device"],
  resumeText: [
    "Ce lien personnel ouvre votre conversation sur un autre appareil. Il sert une fois, dans les 7 jours. Gardez-le pour vous.",
    "This personal link opens your conversation on another device. It works once, within 7 days. Keep it to yourself.",
  ],
  resumeFailed: [
    "Le lien n’a pas pu être créé. Vos réponses sont enregistrées. Réessayez dans un instant.",
    "The link could not be made. Your answers are saved. Please try again in a moment.",
  ],
  copy: ["Copier le lien", "Copy the link"],
  copied: ["Lien copié", "Link copied"],
  share: ["Partager", "Share"],
  devices: ["Vos appareils", "Your devices"],
  thisDevice: ["Cet appareil, depuis le {since}", "This device, since {since}"],
  otherDevice: [
    "Un autre appareil, depuis le {since}, utilisé le {used}",
    "Another device, since {since}, used on {used}",
  ],
  disconnectOthers: ["Déconnecter les autres appareils", "Log out the other devices"],
  leave: ["Quitter cette conversation sur cet appareil", "Leave this conversation on this device"],
  leaveText: [
    "Plus personne ne pourra la lire sur cet appareil. Votre dossier reste ouvert. Pour y revenir, gardez d’abord un lien.",
    "Nobody will be able to read it on this device any more. Your claim stays open. To come back to it, keep a link first.",
  ],
  leaveNow: ["Quitter", "Leave"],
  left: [
    "Vous avez quitté la conversation sur cet appareil. Votre dossier reste ouvert.",
    "You have left the conversation on this device. Your claim stays open.",
  ],
  close: ["Fermer", "Close"],
  call: ["Appeler le {phone}", "Call {phone}"],
  newer: ["Nouveaux messages", "New messages"],
};

/** @typedef {keyof typeof WORDS} Key */
/** @typedef {"fr" | "en"} Language */

/**
 * @param {Language} language
 * @param {Key} key
 * @param {Record<string, string | number>} [values]
 */
export const say = (language, key, values) => phrase(language, WORDS[key], values);

/**
 * @param {Language} language
 * @param {string[]} words in French and in English
 * @param {Record<string, string | number>} [values] what stands for each `{name}`
 */
export const phrase = (language, words, values = {}) =>
  (words[language === "fr" ? 0 : 1] ?? "").replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
