/** Fetches and answers the questions to the dealer. */

import { at, call } from "../api.js";
import { signal } from "../html.js";
import { load } from "../lot.js";
import { changed } from "../rounds.js";
import { askStatus, count } from "../status.js";
import { toast } from "../toasts.js";
import { QUESTIONS as TEXT } from "../words/partners.js";

/** The open questions, newest first; `null` until known. */
export const questions = signal(null);

/** Fetch them. */
export async function askQuestions() {
  try {
    questions.value = (await call("GET", "/api/questions?state=open")).questions;
    count({ questions: questions.value.length });
  } catch (problem) {
    if (problem.status) toast({ words: problem.message, bad: true });
  }
}

/** Answer one. Rejects with `Problem` when a field does not do. */
export async function answer(question, choice, given = {}) {
  try {
    await call("POST", `${at("questions", question.id)}/answer`, { choice: choice.choice, ...given });
    toast({ words: TEXT.answered(choice.label) });
    // One that was answered for some of its cars comes back with the others.
    questions.value = questions.peek()?.filter((each) => each !== question) ?? null;
    count({ questions: questions.value?.length ?? 0 });
  } catch (problem) {
    if (problem.status === 422) throw problem;
    toast({ words: problem.message, bad: true });
  }
  for (const topic of ["sales", "tasks"]) changed(topic);
  await Promise.all([askQuestions(), askStatus().catch(() => {}), load().catch(() => {})]);
}
