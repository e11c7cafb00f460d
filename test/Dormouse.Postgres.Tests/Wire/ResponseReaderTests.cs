using System.Diagnostics;
using Dormouse.Postgres.Statements;
using Dormouse.Postgres.Tests.Support;
using Dormouse.Postgres.Wire;

namespace Dormouse.Postgres.Tests.Wire;

public sealed class ResponseReaderTests
{
    private static readonly byte[] NewStatement =
    [
        .. ScriptedClient.Message('1', []),
        .. ScriptedClient.Message('t', [0, 0]),
        .. ScriptedClient.Columns("id", "name"),
        .. ScriptedClient.Message('2', []),
        .. ScriptedClient.Row("1", "Haselmaus"),
        .. ScriptedClient.Message('N', "SNOTICE\0Mhello\0\0"u8),
        .. ScriptedClient.Row("2", null),
        .. ScriptedClient.Complete("SELECT 2"),
        .. ScriptedClient.Ready,
    ];

    [Fact]
    public void Every_split_of_an_answer_gives_the_same_rows()
    {
        for (var split = 0; split <= NewStatement.Length; split++)
        {
            (ResponseReader reader, TextRows rows) = New();
            var buffer = new ReceiveBuffer(1024);
            ReceiveBufferTests.Feed(buffer, NewStatement.AsSpan(0, split));
            ResponseStep first = reader.Process(buffer);
            Assert.Equal(split == NewStatement.Length ? ResponseStep.Ready : ResponseStep.NeedMore, first);
            if (first == ResponseStep.NeedMore)
            {
                ReceiveBufferTests.Feed(buffer, NewStatement.AsSpan(split));
                Assert.Equal(ResponseStep.Ready, reader.Process(buffer));
            }
            Assert.Equal(
                [
                    ["1", "Haselmaus"],
                    ["2", null],
                ],
                rows.Rows
            );
            Assert.Equal(new CommandCompletion("SELECT", 2), reader.Completion);
        }
    }

    [Fact]
    public void An_answer_byte_by_byte_gives_the_same_rows()
    {
        (ResponseReader reader, TextRows rows) = New();
        var buffer = new ReceiveBuffer(1024);
        for (var at = 0; at < NewStatement.Length; at++)
        {
            ReceiveBufferTests.Feed(buffer, NewStatement.AsSpan(at, 1));
            Assert.Equal(at == NewStatement.Length - 1 ? ResponseStep.Ready : ResponseStep.NeedMore, reader.Process(buffer));
        }
        Assert.Equal(2, rows.Rows.Count);
    }

    public static TheoryData<string, byte[]> Faults() =>
        new()
        {
            { "a row before its description", ScriptedClient.Row("1") },
            { "a row with a cell too many", [.. Described(), .. ScriptedClient.Row("1", "2", "3")] },
            { "a row with a cell too few", [.. Described(), .. ScriptedClient.Row("1")] },
            { "a row without a count", [.. Described(), .. ScriptedClient.Message('D', [0])] },
            { "a cell beyond its row", [.. Described(), .. ScriptedClient.Message('D', [0, 2, 0, 0, 0, 9, 1, 255, 255, 255, 255])] },
            { "a negative cell", [.. Described(), .. ScriptedClient.Message('D', [0, 2, 255, 255, 255, 254, 255, 255, 255, 255])] },
            { "a largest cell", [.. Described(), .. ScriptedClient.Message('D', [0, 2, 127, 255, 255, 255, 255, 255, 255, 255])] },
            {
                "bytes after the last cell",
                [.. Described(), .. ScriptedClient.Message('D', [0, 2, 255, 255, 255, 255, 255, 255, 255, 255, 0])]
            },
            { "a description of too many columns", [.. ScriptedClient.Message('1', []), .. ScriptedClient.Message('T', [127, 255])] },
            { "a description of negative columns", [.. ScriptedClient.Message('1', []), .. ScriptedClient.Message('T', [255, 255])] },
            {
                "a column name without end",
                [.. ScriptedClient.Message('1', []), .. ScriptedClient.Message('T', [0, 1, .. new string('x', 40).Select(c => (byte)c)])]
            },
            { "a bind before its description", ScriptedClient.Message('2', []) },
            { "an unknown message", ScriptedClient.Message('?', []) },
            { "a log-in amid a command", ScriptedClient.Authentication(0, []) },
            { "a suspended portal", ScriptedClient.Message('s', []) },
            { "an unknown status", ScriptedClient.Message('Z', "X"u8) },
            { "no status", ScriptedClient.Message('Z', []) },
            { "a tag without end", ScriptedClient.Message('C', "SELECT 1"u8) },
            { "an error without end", ScriptedClient.Message('E', "SERROR\0"u8) },
            { "copy data that nobody announced", ScriptedClient.Message('d', []) },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_postgresql_never_says_is_a_protocol_fault(string fault, byte[] bytes)
    {
        (ResponseReader reader, _) = New();
        var buffer = new ReceiveBuffer(1024);
        ReceiveBufferTests.Feed(buffer, bytes);
        var refused = Assert.Throws<ServerConnectionException>(() => reader.Process(buffer));
        Assert.True(refused.Failure == ServerFailure.Protocol, fault);
        Assert.Equal("DM5004", refused.Code);
    }

    [Theory]
    [InlineData("SELECT 5", "SELECT", 5)]
    [InlineData("INSERT 0 7", "INSERT", 7)]
    [InlineData("MERGE 9223372036854775807", "MERGE", long.MaxValue)]
    [InlineData("CREATE TABLE", "CREATE TABLE", 0)]
    [InlineData("BEGIN", "BEGIN", 0)]
    [InlineData("", "", 0)]
    [InlineData(" ", " ", 0)]
    [InlineData("UPDATE 99999999999999999999", "UPDATE 99999999999999999999", 0)]
    public void Tags_give_the_command_and_its_rows(string tag, string command, long rows) =>
        Assert.Equal(new CommandCompletion(command, rows), CommandTag.Parse(System.Text.Encoding.UTF8.GetBytes(tag)));

    /// <summary>Answers changed at random end in rows or in a protocol fault, in bounded time and memory, and in nothing else.</summary>
    [Theory]
    [InlineData(20261122, 20_000)]
    public void Changed_answers_never_do_harm(int seed, int rounds)
    {
        var random = new Random(seed);
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < rounds; round++)
        {
            byte[] bytes = Changed(random);
            (ResponseReader reader, _) = New();
            var buffer = new ReceiveBuffer(64 * 1024);
            try
            {
                for (var at = 0; at < bytes.Length; )
                {
                    int count = Math.Min(random.Next(1, 60), bytes.Length - at);
                    ReceiveBufferTests.Feed(buffer, bytes.AsSpan(at, count));
                    at += count;
                    reader.Process(buffer);
                }
            }
            catch (ServerConnectionException e) when (e.Failure is ServerFailure.Protocol or ServerFailure.MessageTooLarge) { }
            Assert.True(buffer.Capacity <= 128 * 1024, $"seed {seed}, round {round}: {buffer.Capacity} bytes held");
        }
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed} for {rounds} rounds");
    }

    private static byte[] Changed(Random random)
    {
        byte[] bytes = [.. NewStatement, .. ScriptedClient.Error("42P01", "no such table"), .. ScriptedClient.Ready];
        for (int changes = random.Next(1, 6); changes > 0; changes--)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes = [.. bytes[..at], .. bytes[random.Next(at, bytes.Length)..]];
                    break;
                case 2:
                    bytes = [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
            if (bytes.Length == 0)
            {
                return [0];
            }
        }
        return bytes;
    }

    private static byte[] Described() =>
        [.. ScriptedClient.Message('1', []), .. ScriptedClient.Columns("id", "name"), .. ScriptedClient.Message('2', [])];

    private static (ResponseReader, TextRows) New()
    {
        var reader = new ResponseReader();
        var rows = new TextRows();
        reader.Begin("select", new PreparedStatement("select", [], [1, 0]), rows);
        return (reader, rows);
    }
}
