using System.Buffers;
using System.Text;
using Dormouse.Query.Failures;

namespace Dormouse.Query.Tests.Failures;

public sealed class DatabaseErrorsTests
{
    [Theory]
    [InlineData(
        "22001",
        "too long",
        "P2000",
        "The provided value for the column is too long for the column's type. Column: c",
        """ "kind":"LengthMismatch","column":"c" """
    )]
    [InlineData(
        "22003",
        "out of range",
        "P2020",
        "Value out of range for the type: out of range",
        """ "kind":"ValueOutOfRange","cause":"out of range" """
    )]
    [InlineData("22P02", "bad", "P2007", "Invalid input value: bad", """ "kind":"InvalidInputValue","message":"bad" """)]
    [InlineData(
        "23502",
        "null",
        "P2011",
        "Null constraint violation on the fields: (`a`, `b`)",
        """ "kind":"NullConstraintViolation","constraint":{"fields":["a","b"]} """
    )]
    [InlineData(
        "23503",
        "fk",
        "P2003",
        "Foreign key constraint violated on the fields: (`c`)",
        """ "kind":"ForeignKeyConstraintViolation","constraint":{"fields":["c"]} """
    )]
    [InlineData(
        "23001",
        "restrict",
        "P2003",
        "Foreign key constraint violated on the fields: (`c`)",
        """ "kind":"RestrictViolation","constraint":{"fields":["c"]} """
    )]
    [InlineData(
        "3D000",
        "database \"d\" does not exist",
        "P1003",
        "Database `d` does not exist on the database server",
        """ "kind":"DatabaseDoesNotExist","db":"d" """
    )]
    [InlineData(
        "28000",
        "no entry for host \"h\", user \"u\", database \"d\", no encryption",
        "P1010",
        "User was denied access on the database `d`",
        """ "kind":"DatabaseAccessDenied","db":"d" """
    )]
    [InlineData(
        "28P01",
        "password authentication failed for user \"u\"",
        "P1000",
        "Authentication failed against the database server, the provided database credentials for `u` are not valid",
        """ "kind":"AuthenticationFailed","user":"u" """
    )]
    [InlineData(
        "40001",
        "x",
        "P2034",
        "Transaction failed due to a write conflict or a deadlock. Please retry your transaction",
        """ "kind":"TransactionWriteConflict" """
    )]
    [InlineData(
        "40P01",
        "x",
        "P2034",
        "Transaction failed due to a write conflict or a deadlock. Please retry your transaction",
        """ "kind":"TransactionWriteConflict" """
    )]
    [InlineData(
        "42P01",
        "relation \"t\" does not exist",
        "P2021",
        "The table `t` does not exist in the current database.",
        """ "kind":"TableDoesNotExist","table":"t" """
    )]
    [InlineData(
        "42703",
        "column t0.\"no\"\"pe\" does not exist",
        "P2022",
        "The column `t0.no\"pe` does not exist in the current database.",
        """ "kind":"ColumnNotFound","column":"t0.no\"pe" """
    )]
    [InlineData(
        "42703",
        "column x of relation y",
        "P2022",
        "The column `(not available)` does not exist in the current database.",
        """ "kind":"ColumnNotFound" """
    )]
    [InlineData(
        "42P04",
        "database \"d\" already exists",
        "P1009",
        "Database `d` already exists on the database server",
        """ "kind":"DatabaseAlreadyExists","db":"d" """
    )]
    [InlineData(
        "53300",
        "too many",
        "P2037",
        "Too many database connections opened: too many",
        """ "kind":"TooManyConnections","cause":"too many" """
    )]
    [InlineData(
        "22012",
        "division by zero",
        "P2039",
        "Database error. Code: `22012`. Message: `division by zero`",
        """ "kind":"postgres","code":"22012","severity":"ERROR","message":"division by zero","detail":"Key (a, b)=(1, 2)","column":"c","hint":"h" """
    )]
    public void Each_SQLSTATE_has_its_code_text_and_cause(string state, string message, string code, string text, string cause)
    {
        var error = Error(state, message);
        var quoted = message.Replace("\"", "\\\"", StringComparison.Ordinal);
        var head = $"\"originalCode\":\"{state}\",\"originalMessage\":\"{quoted}\"";
        var fields = cause.Trim().Replace("no\"pe", "no\\\"pe", StringComparison.Ordinal);
        var meta = "{\"driverAdapterError\":{\"name\":\"DriverAdapterError\",\"cause\":{" + head + "," + fields + "}}}";

        var plain = DatabaseErrors.ToPlanException(error, raw: false);
        Assert.Equal((code, text, meta), (plain.Code, plain.Message, Encoding.UTF8.GetString(plain.MetaUtf8.Span)));

        var raw = DatabaseErrors.ToPlanException(error, raw: true);
        Assert.Equal(("P2010", $"Raw query failed. Code: `{state}`. Message: `{message}`"), (raw.Code, raw.Message));
        Assert.Equal(meta, Encoding.UTF8.GetString(raw.MetaUtf8.Span));
    }

    [Theory]
    [InlineData(
        "users_email_key",
        "users",
        "constraint: `users_email_key`",
        "\"constraint\":{\"index\":\"users_email_key\"},\"table\":\"users\"}},\"table\":\"users\""
    )]
    [InlineData(null, "users", "fields: (`a`, `b`)", "\"constraint\":{\"fields\":[\"a\",\"b\"]},\"table\":\"users\"}},\"table\":\"users\"")]
    [InlineData("t_a_b_key", null, "constraint: `t_a_b_key`", "\"constraint\":{\"index\":\"t_a_b_key\"},\"table\":\"t\"}},\"table\":\"t\"")]
    public void A_unique_violation_names_its_constraint_and_table(string? constraint, string? table, string text, string meta)
    {
        var error = Error("23505", "duplicate") with { Constraint = constraint, Table = table };
        var failure = DatabaseErrors.ToPlanException(error, raw: false);
        Assert.Equal(("P2002", $"Unique constraint failed on the {text}"), (failure.Code, failure.Message));
        Assert.EndsWith(meta + "}", Encoding.UTF8.GetString(failure.MetaUtf8.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void The_body_has_code_error_and_meta_or_the_error_alone()
    {
        Assert.Equal("""{"code":"P2025","error":"gone","meta":{}}""", Body(new PlanException("P2025", "gone")));
        Assert.Equal("""{"error":"broken"}""", Body(new PlanException(null, "broken")));
    }

    private static string Body(PlanException failure)
    {
        var output = new ArrayBufferWriter<byte>();
        failure.WriteTo(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static DatabaseError Error(string state, string message) =>
        new()
        {
            SqlState = state,
            Message = message,
            Severity = "ERROR",
            Detail = "Key (a, b)=(1, 2)",
            Column = "c",
            Hint = "h",
        };
}
