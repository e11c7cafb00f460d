namespace Dormouse.Bench.Drivers;

/// <summary>One of the statements that both sides run.</summary>
internal sealed record DriverQuery(string Name, string Sql, int Parameters)
{
    public const int Rows = 10_000;

    public const string Schema = """
        create table wide (
            id int primary key, c01 int, c02 int, c03 bigint, c04 bigint, c05 boolean, c06 boolean, c07 float8, c08 float8, c09 text,
            c10 text, c11 text, c12 text, c13 text, c14 text, c15 timestamptz, c16 timestamptz, c17 text, c18 int, c19 text);
        insert into wide select i, i * 7, -i, i::bigint * 1000003, i, i % 2 = 0, i % 3 = 0, i / 7.0, i / 3.0, 'name ' || i,
            'mail' || i || '@example.com', md5(i::text), 'draft', repeat('x', i % 40), null, now(), now() - i * interval '1 minute',
            'Ü' || i, null, 'end' from generate_series(1, 10000) i;
        create table narrow (id serial primary key, a text not null, b text, c text);
        """;

    private const string Columns = "id, c01, c02, c03, c04, c05, c06, c07, c08, c09, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19";

    public static readonly DriverQuery[] All =
    [
        new("by_id", $"select {Columns} from wide where id = $1::int", 1),
        new("50_rows", $"select {Columns} from wide where id > $1::int order by id limit 50", 1),
        new("insert", "insert into narrow (a, b, c) values ($1::text, $2::text, $3::text) returning id", 3),
    ];

    /// <summary>The value of the first parameter; the others are short constants.</summary>
    public static int Value(int sequence) => 1 + (int)((uint)sequence * 2654435761 % (Rows - 50));
}
