using Dormouse.Postgres.Statements;

namespace Dormouse.Postgres.Wire;

/// <summary>Writes what we say (protocol chapter 54.7). Each method writes one whole request, to be sent at once.</summary>
internal static class Requests
{
    private const int ProtocolVersion3 = 3 << 16;
    private const int CancelCode = (1234 << 16) | 5678;
    private const int Null = -1;

    /// <summary>Terminate.</summary>
    public static ReadOnlySpan<byte> Farewell => "X\0\0\0\x04"u8;

    // Execute of the unnamed portal without a row limit, then Sync: one request, one ReadyForQuery.
    private static ReadOnlySpan<byte> ExecuteAndSync => "E\0\0\0\x09\0\0\0\0\0S\0\0\0\x04"u8;

    // Bind of the unnamed statement to the unnamed portal without parameters and formats, then Execute.
    private static ReadOnlySpan<byte> BindAndExecuteUnnamed => "B\0\0\0\x0c\0\0\0\0\0\0\0\0E\0\0\0\x09\0\0\0\0\0"u8;

    private static ReadOnlySpan<byte> Sync => "S\0\0\0\x04"u8;

    public static void Startup(SendBuffer buffer, ServerLogin login, ServerConnectionOptions options)
    {
        int lengthAt = buffer.Skip(sizeof(int));
        buffer.WriteInt32(ProtocolVersion3);
        Setting(buffer, "user", login.User);
        Setting(buffer, "database", login.Database);
        Setting(buffer, "client_encoding", "UTF8");
        // Results are read as text, so a role's or a database's own settings must not change their form.
        Setting(buffer, "DateStyle", "ISO, MDY");
        Setting(buffer, "IntervalStyle", "postgres");
        Setting(buffer, "TimeZone", "UTC");
        Setting(buffer, "bytea_output", "hex");
        Setting(buffer, "extra_float_digits", "1");
        Setting(buffer, "lc_monetary", "C");
        Setting(buffer, "standard_conforming_strings", "on");
        Setting(buffer, "application_name", options.ApplicationName);
        foreach ((string name, string value) in options.Settings)
        {
            Setting(buffer, name, value);
        }
        buffer.WriteByte(0);
        buffer.EndMessage(lengthAt);
    }

    public static void Password(SendBuffer buffer, string password)
    {
        int lengthAt = buffer.BeginMessage((byte)'p');
        buffer.WriteCString(password);
        buffer.EndMessage(lengthAt);
    }

    public static void SaslInitial(SendBuffer buffer, string mechanism, ReadOnlySpan<byte> clientFirst)
    {
        int lengthAt = buffer.BeginMessage((byte)'p');
        buffer.WriteCString(mechanism);
        buffer.WriteInt32(clientFirst.Length);
        buffer.WriteBytes(clientFirst);
        buffer.EndMessage(lengthAt);
    }

    public static void SaslResponse(SendBuffer buffer, ReadOnlySpan<byte> clientFinal)
    {
        int lengthAt = buffer.BeginMessage((byte)'p');
        buffer.WriteBytes(clientFinal);
        buffer.EndMessage(lengthAt);
    }

    public static void Cancel(SendBuffer buffer, int processId, int secretKey)
    {
        buffer.WriteInt32(4 * sizeof(int));
        buffer.WriteInt32(CancelCode);
        buffer.WriteInt32(processId);
        buffer.WriteInt32(secretKey);
    }

    public static void Query(SendBuffer buffer, string sql)
    {
        int lengthAt = buffer.BeginMessage((byte)'Q');
        buffer.WriteCString(sql);
        buffer.EndMessage(lengthAt);
    }

    public static void CloseStatement(SendBuffer buffer, byte[] name)
    {
        int lengthAt = buffer.BeginMessage((byte)'C');
        buffer.WriteByte((byte)'S');
        buffer.WriteBytes(name);
        buffer.EndMessage(lengthAt);
    }

    public static void ParseAndDescribe(SendBuffer buffer, PreparedStatement statement)
    {
        int lengthAt = buffer.BeginMessage((byte)'P');
        buffer.WriteBytes(statement.Name);
        buffer.WriteCString(statement.Sql);
        buffer.WriteUInt16((ushort)statement.TypeOids.Length);
        foreach (uint typeOid in statement.TypeOids)
        {
            buffer.WriteInt32(unchecked((int)typeOid));
        }
        buffer.EndMessage(lengthAt);

        lengthAt = buffer.BeginMessage((byte)'D');
        buffer.WriteByte((byte)'S');
        buffer.WriteBytes(statement.Name);
        buffer.EndMessage(lengthAt);
    }

    /// <summary>A command without parameters, to be followed by a request that ends in a Sync: if it fails that one is skipped.</summary>
    public static void ExecuteUnnamed(SendBuffer buffer, string sql)
    {
        int lengthAt = buffer.BeginMessage((byte)'P');
        buffer.WriteByte(0);
        buffer.WriteCString(sql);
        buffer.WriteUInt16(0);
        buffer.EndMessage(lengthAt);
        buffer.WriteBytes(BindAndExecuteUnnamed);
    }

    public static void BindExecuteSync(SendBuffer buffer, PreparedStatement statement, ReadOnlySpan<WireParameter> parameters)
    {
        int lengthAt = buffer.BeginMessage((byte)'B');
        buffer.WriteByte(0); // the unnamed portal
        buffer.WriteBytes(statement.Name);
        buffer.WriteUInt16(0); // all parameters are text
        buffer.WriteUInt16((ushort)parameters.Length);
        foreach (ref readonly WireParameter parameter in parameters)
        {
            Parameter(buffer, in parameter);
        }
        buffer.WriteUInt16(0); // all results as text
        buffer.EndMessage(lengthAt);
        buffer.WriteBytes(ExecuteAndSync);
    }

    /// <summary>Refuses the server's wish to copy from us. Within the extended protocol the earlier Sync was swallowed by the copy.</summary>
    public static void CopyFail(SendBuffer buffer, bool extended)
    {
        int lengthAt = buffer.BeginMessage((byte)'f');
        buffer.WriteCString("COPY FROM STDIN is not supported here");
        buffer.EndMessage(lengthAt);
        if (extended)
        {
            buffer.WriteBytes(Sync);
        }
    }

    private static void Parameter(SendBuffer buffer, in WireParameter parameter)
    {
        if (parameter.IsNull)
        {
            buffer.WriteInt32(Null);
        }
        else if (parameter.Text is { } text)
        {
            int lengthAt = buffer.Skip(sizeof(int));
            buffer.PatchInt32(lengthAt, buffer.WriteUtf8(text));
        }
        else
        {
            buffer.WriteInt32(parameter.Utf8.Length);
            buffer.WriteBytes(parameter.Utf8);
        }
    }

    private static void Setting(SendBuffer buffer, string name, string value)
    {
        buffer.WriteCString(name);
        buffer.WriteCString(value);
    }
}
