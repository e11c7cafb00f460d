using System.Text;
using Dormouse.Query.Failures;

namespace Dormouse.Query.Tests.Failures;

/// <summary>PostgreSQL's errors as Prisma's engine of 6.x tells them.</summary>
public sealed class OperationErrorsTests
{
    [Theory]
    [InlineData(
        "22001",
        "value too long for type character varying(3)",
        "P2000",
        "The provided value for the column is too long for the column's type. Column: (not available)",
        """{"column_name":"(not available)"}"""
    )]
    [InlineData(
        "22003",
        "integer out of range",
        "P2020",
        "Value out of range for the type: integer out of range",
        """{"details":"integer out of range"}"""
    )]
    [InlineData(
        "40001",
        "could not serialize access",
        "P2034",
        "Transaction failed due to a write conflict or a deadlock. Please retry your transaction",
        "{}"
    )]
    [InlineData(
        "40P01",
        "deadlock detected",
        "P2034",
        "Transaction failed due to a write conflict or a deadlock. Please retry your transaction",
        "{}"
    )]
    [InlineData(
        "42P01",
        "relation \"public.C\" does not exist",
        "P2021",
        "The table `public.C` does not exist in the current database.",
        """{"table":"public.C"}"""
    )]
    [InlineData(
        "42703",
        "column \"miss\" of relation \"A\" does not exist",
        "P2022",
        "The column `miss` does not exist in the current database.",
        """{"column":"miss"}"""
    )]
    [InlineData(
        "42703",
        "column t0.miss does not exist",
        "P2022",
        "The column `miss` does not exist in the current database.",
        """{"column":"miss"}"""
    )]
    [InlineData(
        "53300",
        "sorry, too many clients already",
        "P2037",
        "Too many database connections opened: sorry, too many clients already",
        """{"message":"sorry, too many clients already"}"""
    )]
    [InlineData("3D000", "database \"dd\" does not exist", "P1003", "Database `dd` does not exist", """{"database_name":"dd"}""")]
    [InlineData(
        "42P04",
        "database \"dd\" already exists",
        "P1009",
        "Database `dd` already exists on the database server",
        """{"database_name":"dd"}"""
    )]
    [InlineData(
        "28000",
        "a b c d e f",
        "P1010",
        "User was denied access on the database `(not available)`",
        """{"database_name":"(not available)"}"""
    )]
    [InlineData(
        "28P01",
        "password authentication failed for user \"usr\"",
        "P1000",
        "Authentication failed against database server, the provided database credentials for `usr` are not valid.\n\nPlease make sure to provide valid database credentials for the database server at the configured address.",
        """{"database_user":"usr"}"""
    )]
    public void A_known_error_has_its_code_and_meta(string sqlState, string text, string code, string message, string meta) =>
        AssertKnown(Error(sqlState, text), code, message, meta);

    [Fact]
    public void A_unique_violation_names_columns_without_quotes() =>
        AssertKnown(
            Error("23505", "duplicate key value", detail: "Key (\"authorId\", slug)=(1, a)=(b) already exists."),
            "P2002",
            "Unique constraint failed on the fields: (`authorId`,`slug`)",
            """{"target":["authorId","slug"]}"""
        );

    [Fact]
    public void A_unique_violation_without_a_detail_names_nothing() =>
        AssertKnown(Error("23505", "duplicate"), "P2002", "Unique constraint failed on the (not available)", """{"target":null}""");

    [Fact]
    public void A_unique_violation_of_an_expression_names_the_expression() =>
        AssertKnown(
            Error("23505", "duplicate", detail: "Key (lower(v::text))=(ok) already exists."),
            "P2002",
            "Unique constraint failed on the fields: (`lower(v::text)`)",
            """{"target":["lower(v::text)"]}"""
        );

    [Fact]
    public void A_null_violation_names_its_column() =>
        AssertKnown(
            Error("23502", "null value", detail: "Failing row contains (1).", column: "n"),
            "P2011",
            "Null constraint violation on the fields: (`n`)",
            """{"constraint":["n"]}"""
        );

    [Theory]
    [InlineData("23503", "insert or update on table \"B\" violates foreign key constraint \"B_aId_fkey\"")]
    [InlineData(
        "23001",
        "update or delete on table \"A\" violates RESTRICT setting of foreign key constraint \"B_aId_fkey\" on table \"B\""
    )]
    public void A_foreign_key_violation_names_its_constraint(string sqlState, string text) =>
        AssertKnown(
            Error(sqlState, text),
            "P2003",
            "Foreign key constraint violated on the constraint: `B_aId_fkey`",
            """{"constraint":"B_aId_fkey"}"""
        );

    [Fact]
    public void An_error_without_a_code_is_told_in_the_engines_rendering()
    {
        var failure = OperationErrors.ToPlanException(
            Error("P0001", "boom \"x\"\n\u0001", detail: "some detail", hint: "do 'not'"),
            isRaw: false
        );

        Assert.Null(failure.Code);
        Assert.Equal(
            "Error occurred during query execution:\nConnectorError(ConnectorError { user_facing_error: None, kind: QueryError(PostgresError { code: \"P0001\", message: \"boom \\\"x\\\"\\n\\u{1}\", severity: \"ERROR\", detail: Some(\"some detail\"), column: None, hint: Some(\"do 'not'\") }), transient: false })",
            failure.Message
        );
    }

    [Theory]
    [InlineData("42601", "syntax error", null, null, "ERROR: syntax error")]
    [InlineData("P0001", "boom", "more", "do not", "ERROR: boom\nDETAIL: more\nHINT: do not")]
    [InlineData("42P01", "relation \"nope\" does not exist", null, null, "relation \"nope\" does not exist")]
    [InlineData("23505", "duplicate key value", "Key (id)=(1) already exists.", null, "Key (id)=(1) already exists.")]
    public void A_raw_statement_fails_with_the_databases_code_and_text(
        string sqlState,
        string text,
        string? detail,
        string? hint,
        string message
    )
    {
        var failure = OperationErrors.ToPlanException(Error(sqlState, text, detail, hint), isRaw: true);

        Assert.Equal("P2010", failure.Code);
        Assert.Equal($"Raw query failed. Code: `{sqlState}`. Message: `{message}`", failure.Message);
        Assert.Equal(message, (string?)System.Text.Json.Nodes.JsonNode.Parse(failure.MetaUtf8.Span)!["message"]);
    }

    private static DatabaseError Error(
        string sqlState,
        string message,
        string? detail = null,
        string? hint = null,
        string? column = null
    ) =>
        new()
        {
            SqlState = sqlState,
            Message = message,
            Severity = "ERROR",
            Detail = detail,
            Hint = hint,
            Column = column,
        };

    private static void AssertKnown(DatabaseError error, string code, string message, string meta)
    {
        var failure = OperationErrors.ToPlanException(error, isRaw: false);
        Assert.Equal(code, failure.Code);
        Assert.Equal(message, failure.Message);
        Assert.Equal(meta, Encoding.UTF8.GetString(failure.MetaUtf8.Span));
    }
}
