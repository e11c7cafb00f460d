using System.Globalization;

namespace Dormouse.Postgres.Wire;

/// <summary>Reads ErrorResponse: a list of (type byte, string), ended by a zero byte (protocol chapter 54.8).</summary>
internal static class ErrorFields
{
    public static PostgresErrorFields Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var fields = new PostgresErrorFields();
        string? translatedSeverity = null;
        for (byte type = reader.ReadByte(); type != 0; type = reader.ReadByte())
        {
            string text = reader.ReadCString();
            switch (type)
            {
                case (byte)'S':
                    translatedSeverity = text;
                    break;
                default:
                    fields = With(fields, type, text);
                    break;
            }
        }
        return fields.Severity.Length > 0 ? fields : fields with { Severity = translatedSeverity ?? "ERROR" };
    }

    // One copy of a small record per field: errors are rare, and the result stays immutable.
    private static PostgresErrorFields With(PostgresErrorFields fields, byte type, string text) =>
        (char)type switch
        {
            'V' => fields with { Severity = text },
            'C' => fields with { SqlState = text },
            'M' => fields with { MessageText = text },
            'D' => fields with { Detail = text },
            'H' => fields with { Hint = text },
            'P' => fields with { Position = Number(text) },
            'p' => fields with { InternalPosition = Number(text) },
            'q' => fields with { InternalQuery = text },
            'W' => fields with { Where = text },
            's' => fields with { Schema = text },
            't' => fields with { Table = text },
            'c' => fields with { Column = text },
            'd' => fields with { DataType = text },
            'n' => fields with { Constraint = text },
            'F' => fields with { File = text },
            'L' => fields with { Line = text },
            'R' => fields with { Routine = text },
            _ => fields, // The protocol says: ignore what you do not know.
        };

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
}
