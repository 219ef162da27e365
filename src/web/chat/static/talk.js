/** What a conversation needs beyond the first screen: loaded when somebody begins, so that the first screen is light. */

import { dangerCard } from "./danger.js";
import { isLongAgo } from "./dates.js";
import { drawings } from "./dom.js";
import { birthDate, plate } from "./fields.js";
import { MORE } from "./icons.js";
import { Menu } from "./menu.js";
import { controls } from "./sheet.js";
import { dangerIn, keepCard, questionsLeft, standing } from "./standing.js";
import { recap, summary } from "./summary.js";

Object.assign(drawings, MORE);

export const talk = {
  birthDate, controls, dangerCard, dangerIn, isLongAgo, keepCard, Menu, plate, questionsLeft, recap, standing, summary,
};
