namespace Dormouse.Postgres;

public static class PostgresText
{
    public static string QuoteIdentifier(string name) => throw new NotSupportedException();

    public static string QuoteLiteral(string text) => throw new NotSupportedException();
}
