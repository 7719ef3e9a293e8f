/** Preact with its templates and signals in one import. Text is inserted as children and never as markup. */

import htm from "../../vendor/htm/htm.js";
import { h } from "../../vendor/preact/preact.js";

export { render } from "../../vendor/preact/preact.js";
export { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "../../vendor/preact/hooks.js";
export { batch, computed, effect, signal, useComputed, useSignal, useSignalEffect } from "../../vendor/preact-signals/signals.js";

export const html = htm.bind(h);
