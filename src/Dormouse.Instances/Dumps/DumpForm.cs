namespace Dormouse.Instances.Dumps;

/// <summary>What a dump is, by how it begins.</summary>
internal enum DumpForm
{
    /// <summary>SQL for <c>psql</c>.</summary>
    Plain,

    /// <summary>Custom or tar, for <c>pg_restore</c>, which tells the two apart.</summary>
    Archive,
}

/// <summary>Tells the forms apart.</summary>
internal static class DumpForms
{
    /// <summary>Up to here a tar header says what it is.</summary>
    public const int HeadBytes = 512;

    private const int TarMagicAt = 257;

    /// <exception cref="Dormouse.Contracts.DormouseException">DM3524: it is neither.</exception>
    public static DumpForm Of(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("PGDMP"u8) || (head.Length > TarMagicAt && head[TarMagicAt..].StartsWith("ustar"u8)))
        {
            return DumpForm.Archive;
        }
        if (head.IsEmpty)
        {
            throw DumpFailures.UnknownForm("it is empty", "Look at the command that made it.");
        }
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) || head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]))
        {
            throw DumpFailures.UnknownForm("it is compressed as a whole", "Decompress it on the way: gunzip -c FILE | … --file -");
        }
        return head.Contains((byte)0)
            ? throw DumpFailures.UnknownForm("it is none of the forms custom, tar and plain", "Make it with pg_dump -Fc.")
            : DumpForm.Plain;
    }
}
