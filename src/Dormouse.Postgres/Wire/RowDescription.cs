namespace Dormouse.Postgres.Wire;

internal static class RowDescription
{
    public static WireColumn[] Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        int count = reader.ReadInt16();
        // Each column takes at least 19 bytes, so a claim beyond the payload cannot make us allocate.
        if (count < 0 || count * 19 > payload.Length)
        {
            throw WireFault.Protocol($"a description claims {count} columns");
        }
        var columns = new WireColumn[count];
        for (var i = 0; i < count; i++)
        {
            string name = reader.ReadCString();
            uint tableOid = reader.ReadUInt32();
            short tableColumn = reader.ReadInt16();
            uint typeOid = reader.ReadUInt32();
            reader.ReadInt16(); // the type's size, which text does not need
            int typeModifier = reader.ReadInt32();
            reader.ReadInt16(); // the format: text, as asked
            columns[i] = new WireColumn(name, typeOid, typeModifier, tableOid, tableColumn);
        }
        return columns;
    }
}
