/** The chat's own sentences, of which a page loads one language. What Guichet says comes from the flows. */

/** @typedef {keyof typeof import("./strings-fr.js").default} Key */
/** @typedef {"fr" | "en" | "ar"} Language */

/** The words of each language that was loaded. @type {Partial<Record<Language, Partial<Record<Key, string>>>>} */
const loaded = {};

/** Loads the words of a language. Arabic has not all of them. @param {Language} language */
export async function learn(language) {
  const wanted = /** @type {Language[]} */ (language === "ar" ? ["ar", "fr"] : [language]);
  await Promise.all(wanted.map(async (each) => { loaded[each] ??= (await import(`./strings-${each}.js`)).default; }));
}

/**
 * @param {Language} language
 * @param {Key} key
 * @param {Record<string, string | number>} [values] what stands for each `{name}`
 */
export const say = (language, key, values) => filled(loaded[language]?.[key] ?? loaded.fr?.[key] ?? "", values);

/**
 * @param {Language} language
 * @param {readonly string[]} words in French and in English
 * @param {Record<string, string | number>} [values]
 */
export const phrase = (language, words, values) => filled(words[language === "en" ? 1 : 0] ?? "", values);

/** @param {string} words @param {Record<string, string | number>} [values] */
const filled = (words, values = {}) => words.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
