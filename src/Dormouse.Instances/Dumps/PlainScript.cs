using System.Buffers;
using System.Text;

namespace Dormouse.Instances.Dumps;

/// <summary>
/// A plain dump on its way to <c>psql</c>: our transaction around it, and a look at its end. psql takes the end of its input for the end of the
/// script, so the commit comes only from us, after the last byte: a caller, or a platform, that goes away in the middle commits nothing.
/// </summary>
internal sealed class PlainScript(Stream input)
{
    private const int BufferBytes = 64 * 1024;
    private const int TailBytes = 4096;

    private readonly byte[] tail = new byte[2 * TailBytes];
    private readonly LargeObjectBlocks blocks = new();
    private readonly ArrayBufferWriter<byte> passed = new(BufferBytes);
    private int tailLength;

    /// <exception cref="Dormouse.Contracts.DormouseException">DM3525: it is of pg_dump and has not its end.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> head, Stream output, CancellationToken cancellationToken)
    {
        bool isOfDump = Encoding.ASCII.GetString(head.Span).Contains("-- PostgreSQL database dump", StringComparison.Ordinal);
        // On the first line, so that psql's line numbers are the dump's.
        await output.WriteAsync("BEGIN; "u8.ToArray(), cancellationToken);
        await PassOnAsync(head, output, cancellationToken);
        var buffer = new byte[BufferBytes];
        int count;
        while ((count = await input.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await PassOnAsync(buffer.AsMemory(0, count), output, cancellationToken);
        }
        if (isOfDump && !Encoding.ASCII.GetString(tail, 0, tailLength).Contains("database dump complete", StringComparison.Ordinal))
        {
            throw DumpFailures.CutShort();
        }
        blocks.Finish(passed);
        await output.WriteAsync(passed.WrittenMemory, cancellationToken);
        await output.WriteAsync("\nCOMMIT;\n"u8.ToArray(), cancellationToken);
    }

    private async Task PassOnAsync(ReadOnlyMemory<byte> part, Stream output, CancellationToken cancellationToken)
    {
        Keep(part.Span);
        blocks.Filter(part.Span, passed);
        await output.WriteAsync(passed.WrittenMemory, cancellationToken);
        passed.ResetWrittenCount();
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        ReadOnlySpan<byte> last = part.Length > TailBytes ? part[^TailBytes..] : part;
        int kept = Math.Min(tailLength, TailBytes);
        tail.AsSpan(tailLength - kept, kept).CopyTo(tail);
        last.CopyTo(tail.AsSpan(kept));
        tailLength = kept + last.Length;
    }
}
