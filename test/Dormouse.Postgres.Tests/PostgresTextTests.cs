using Dormouse.Postgres.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Dormouse.Postgres.Tests;

public sealed class PostgresTextTests(SharedPostgres postgres)
{
    private static readonly string[] Nasty =
    [
        "",
        "'",
        "''",
        "\\",
        "\\'",
        "'; drop table x; --",
        "E'\\x41'",
        "$$ $1 $tag$",
        "\"",
        "\"\"; select 1; \"",
        "line\nbreak\ttab\r",
        "Ü🐭\u200b",
        "/* -- */",
        "U&\"\\0041\"",
        "\\000",
    ];

    [Fact]
    public async Task Every_literal_comes_back_as_it_was_whatever_the_server_thinks_of_backslashes()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        foreach (string setting in (string[])["on", "off"])
        {
            await connection.RunAsync($"set standard_conforming_strings = {setting}; set escape_string_warning = off");
            foreach (string text in Texts())
            {
                var rows = new TextRows();
                await connection.ExecuteSimpleAsync(
                    "select" + PostgresText.QuoteLiteral(text) + ", " + PostgresText.QuoteLiteral(text),
                    rows,
                    TestContext.Current.CancellationToken
                );
                Assert.Equal((string?[])[text, text], Assert.Single(rows.Rows));
            }
        }
    }

    [Fact]
    public async Task Every_identifier_comes_back_as_it_was()
    {
        await using ServerConnection connection = await postgres.OpenAsync();
        foreach (string text in Texts().Where(text => text.Length is > 0 and <= 15))
        {
            var rows = new TextRows();
            await connection.ExecuteSimpleAsync(
                "select 1 as " + PostgresText.QuoteIdentifier(text),
                rows,
                TestContext.Current.CancellationToken
            );
            Assert.Equal(text, Assert.Single(rows.ColumnList).Name);
        }
    }

    [Fact]
    public void What_postgresql_cannot_hold_is_refused()
    {
        Assert.Throws<ArgumentException>(() => PostgresText.QuoteLiteral("a\0b"));
        Assert.Throws<ArgumentException>(() => PostgresText.QuoteIdentifier("a\0b"));
        Assert.Throws<ArgumentException>(() => PostgresText.QuoteIdentifier(""));
        Assert.Throws<ArgumentException>(() => PostgresText.QuoteIdentifier(new string('x', 64)));
        Assert.Equal(65, PostgresText.QuoteIdentifier(new string('x', 63)).Length);
    }

    /// <summary>The nasty ones, and random ones of nasty characters that are valid UTF-16.</summary>
    private static IEnumerable<string> Texts() =>
        Nasty.Concat(
            Gen.Elements("'", "\"", "\\", "x", " ", ";", "$", "-", "\n", "é", "🐭", "E", "0")
                .ArrayOf()
                .Select(string.Concat)
                .Sample(300, 30)
        );
}
