import { type FieldMarks, marksOfFields, marksOfSchema } from '@patchbay/contracts';
import type { PreparedTool } from '@patchbay/execution-engine';

interface ToolMarks {
  readonly arguments: FieldMarks | null;
  readonly output: FieldMarks | null;
}

/** Read once for each tool version, and only where a tenant's policy asks. */
const known = new WeakMap<PreparedTool, ToolMarks>();

export function marksOf(prepared: PreparedTool): ToolMarks {
  let marks = known.get(prepared);
  if (marks === undefined) {
    const fields = marksOfFields(prepared.tool.parameters);
    marks = {
      arguments: fields === null ? null : { mark: null, fields },
      output: marksOfSchema(prepared.tool.output),
    };
    known.set(prepared, marks);
  }
  return marks;
}
