namespace Dormouse.Postgres;

/// <summary>
/// Takes the rows of a command as they arrive. Calls come one at a time, from whatever thread reads the socket; the spans are valid
/// during the call only. What it throws ends the command: the server is asked to stop, the rest is skipped, the connection stays
/// usable, and the exception reaches the caller of the command.
/// </summary>
public interface IRowReceiver
{
    /// <summary>
    /// Called once per result before its first row, also for an empty result; not at all for a command that returns no rows. A
    /// script of several statements calls it once for each that returns rows. The array is never changed, and a prepared statement
    /// passes the same one each time, so a receiver may keep what it derives from it.
    /// </summary>
    void Columns(WireColumn[] columns);

    /// <summary>
    /// One row: for each column an int32 (big endian) with the length, -1 for NULL, and that many bytes of UTF-8 text. The lengths
    /// have been checked and there are exactly as many cells as columns. <see cref="RowCells"/> walks it.
    /// </summary>
    void Row(ReadOnlySpan<byte> dataRow);
}
