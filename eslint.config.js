// The rules for the pages' scripts; `make check` runs them.
import js from "@eslint/js";
import globals from "globals";

const LONGEST = 130;

export default [
  { ignores: ["**/*", "!public/", "!public/**", "public/vendor/"] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: "latest", sourceType: "module", globals: globals.browser },
    rules: {
      "max-len": [
        "error",
        { code: LONGEST, ignoreTemplateLiterals: true, ignoreStrings: true, ignoreUrls: true, ignoreRegExpLiterals: true },
      ],
    },
  },
];
