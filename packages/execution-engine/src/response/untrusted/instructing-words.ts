/** Words that put earlier instructions aside, in the languages that attacks are mostly written in. */
export const override = new Set(
  'ignore ignoring disregard disregarding forget forgetting override overriding bypass discard ignoriere ignorieren ignoriert vergiss vergesst missachte ignora ignorad ignoren ignorez oublie oubliez ignorar ignorem olvida olviden olvide dimentica dimenticate esqueça esqueca desconsidere negeer vergeet игнорируй игнорируйте забудь забудьте تجاهل ignoruj zapomnij'.split(
    ' ',
  ),
);
/** Which ones. */
export const earlier = new Set(
  'previous prior above earlier preceding all any your former existing original every foregoing past initial vorherigen vorherige vorigen obigen bisherigen alle allen deine précédentes précédente précédents anteriores previas previos precedenti todas todos toutes tous tutte tutti vorige eerdere предыдущие предыдущих все всё السابقة poprzednie wszystkie системные'.split(
    ' ',
  ),
);
/** What a model goes by. */
export const guidance = new Set(
  'instruction instructions prompt prompts rules guidelines guideline directions directives directive commands programming guardrails constraints restrictions safeguards training anweisungen anweisung regeln vorgaben instrucciones instruções instrucoes istruzioni instructies consignes règles reglas regras regole инструкции инструкций указания правила التعليمات instrukcje polecenia'.split(
    ' ',
  ),
);
/** Whom it is said to. */
export const model = new Set('ai llm llms chatbot chatbots gpt chatgpt claude gemini copilot ais ki ia'.split(' '));
export const persona = new Set(
  'dan jailbroken unrestricted unfiltered uncensored mode ai chatbot assistant persona model bot llm'.split(' '),
);
export const obey = new Set(
  'answer respond reply obey act pretend ignore comply output speak behave execute follow'.split(' '),
);
export const tell = new Set(
  'reveal print repeat show output display leak disclose share tell give send write return dump summarize recite translate copy include'.split(
    ' ',
  ),
);
export const carry = new Set(
  'send forward email mail post upload exfiltrate transmit bcc deliver submit leak append encode transfer'.split(' '),
);
export const secret = new Set(
  'password passwords credentials secrets apikey apikeys ssn ssns passcode passcodes environment'.split(' '),
);
export const people = new Set('user users human humans operator caller person'.split(' '));
export const telling = new Set(
  'tell telling inform informing notify notifying alert alerting mention mentioning ask asking warn warning reveal confirm confirming'.split(
    ' ',
  ),
);
