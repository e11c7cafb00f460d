using System.Buffers;

namespace Dormouse.Instances.Dumps;

/// <summary>
/// pg_dump puts the content of large objects into transactions of their own, whose <c>COMMIT</c> would end ours. This empties the lines <c>BEGIN;</c>
/// and <c>COMMIT;</c> of such blocks, which begin with a comment of pg_dump's; what is in a block is its own statements and never a person's text.
/// Everything else passes as it is, lines of any length included, since only short ones are looked at.
/// </summary>
internal sealed class LargeObjectBlocks
{
    // Comments of pg_dump are as long as a name, which is at most 63 bytes, and a few words.
    private const int LineBytesMax = 512;

    private readonly byte[] line = new byte[LineBytesMax];
    private int length;
    private bool isLong;
    private Place place;

    private enum Place
    {
        Outside,
        BeforeBegin,
        BeforeCommit,
    }

    public void Filter(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        while (!input.IsEmpty)
        {
            int end = input.IndexOf((byte)'\n');
            ReadOnlySpan<byte> part = end < 0 ? input : input[..end];
            Take(part, output);
            if (end < 0)
            {
                return;
            }
            EndLine(output);
            output.Write("\n"u8);
            input = input[(end + 1)..];
        }
    }

    /// <summary>The last line may have no end.</summary>
    public void Finish(IBufferWriter<byte> output) => EndLine(output);

    private void Take(ReadOnlySpan<byte> part, IBufferWriter<byte> output)
    {
        if (!isLong && length + part.Length <= line.Length)
        {
            part.CopyTo(line.AsSpan(length));
            length += part.Length;
            return;
        }
        output.Write(line.AsSpan(0, length));
        output.Write(part);
        (length, isLong) = (0, true);
    }

    private void EndLine(IBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> whole = line.AsSpan(0, length);
        if (!isLong && !IsDropped(whole))
        {
            output.Write(whole);
        }
        (length, isLong) = (0, false);
    }

    private bool IsDropped(ReadOnlySpan<byte> whole)
    {
        if (whole.StartsWith("-- Data for Name: "u8) && whole.IndexOf("; Type: BLOBS; Schema: -;"u8) > 0)
        {
            place = Place.BeforeBegin;
            return false;
        }
        switch (place)
        {
            case Place.BeforeBegin when whole.SequenceEqual("BEGIN;"u8):
                place = Place.BeforeCommit;
                return true;
            case Place.BeforeCommit when whole.SequenceEqual("COMMIT;"u8):
                place = Place.Outside;
                return true;
            default:
                return false;
        }
    }
}
