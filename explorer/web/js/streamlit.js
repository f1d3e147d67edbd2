// What our scripts ask of Streamlit's page: its parts by our names, and what it says of itself.

import { PARTS, STATES } from "./given.js";

export const part = (name) => document.querySelector(PARTS[name]);

// Whether it is "connected", or "idle": no script runs.
export const streamlitIs = (state) => part("app")?.getAttribute(STATES[state][0]) === STATES[state][1];
