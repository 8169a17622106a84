/** Notes one thing wrong with a document. `path` is dotted: `tools.post_message.request.path`. */
export type Report = (path: string, message: string) => void;
