using System.Buffers.Text;
using System.Text;

namespace Dormouse.Postgres.Wire;

/// <summary>Reads CommandComplete's tag: <c>SELECT 5</c>, <c>INSERT 0 5</c>, <c>CREATE TABLE</c>. Common commands allocate nothing.</summary>
internal static class CommandTag
{
    public static CommandCompletion Parse(ReadOnlySpan<byte> tag)
    {
        int lastSpace = tag.LastIndexOf((byte)' ');
        ReadOnlySpan<byte> number = tag[(lastSpace + 1)..];
        if (lastSpace < 0 || !Utf8Parser.TryParse(number, out long rows, out int read) || read != number.Length)
        {
            return new CommandCompletion(Name(tag), 0);
        }
        return new CommandCompletion(Name(tag[..tag.IndexOf((byte)' ')]), rows);
    }

    private static string Name(ReadOnlySpan<byte> name) =>
        name switch
        {
            _ when name.SequenceEqual("SELECT"u8) => "SELECT",
            _ when name.SequenceEqual("INSERT"u8) => "INSERT",
            _ when name.SequenceEqual("UPDATE"u8) => "UPDATE",
            _ when name.SequenceEqual("DELETE"u8) => "DELETE",
            _ when name.SequenceEqual("BEGIN"u8) => "BEGIN",
            _ when name.SequenceEqual("COMMIT"u8) => "COMMIT",
            _ when name.SequenceEqual("ROLLBACK"u8) => "ROLLBACK",
            _ when name.SequenceEqual("SAVEPOINT"u8) => "SAVEPOINT",
            _ when name.SequenceEqual("RELEASE"u8) => "RELEASE",
            _ => Encoding.UTF8.GetString(name),
        };
}
