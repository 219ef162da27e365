/** What a conversation needs beyond the first screen: loaded when somebody begins, so that the first screen is light. */

import { drawHeader, drawSheet } from "./asking.js";
import { isLongAgo } from "./dates.js";
import { drawings } from "./dom.js";
import { birthDate, plate } from "./fields.js";
import { MORE } from "./icons.js";
import { Menu } from "./menu.js";
import { resume } from "./resuming.js";
import { keepCard } from "./standing.js";
import { recap, summary } from "./summary.js";

Object.assign(drawings, MORE);

export const talk = { birthDate, drawHeader, drawSheet, isLongAgo, keepCard, Menu, plate, recap, resume, summary };
