using System.Buffers;
using System.Text;
using Dormouse.Instances.Dumps;

namespace Dormouse.Instances.Tests.Dumps;

public sealed class LargeObjectBlocksTests
{
    private const string Block = """
        --
        -- Data for Name: 4711..4712; Type: BLOBS; Schema: -; Owner: -
        --

        BEGIN;

        SELECT pg_catalog.lo_open('4711', 131072);
        SELECT pg_catalog.lo_close(0);
        COMMIT;
        """;

    // What a person may have written, and what is longer than a line that is looked at.
    private static readonly string Other = "CREATE PROCEDURE p() AS $$\nBEGIN;\nCOMMIT;\n$$;\n" + new string('x', 2000) + "\nCOMMIT;";

    [Fact]
    public void Only_the_transactions_of_large_objects_lose_their_ends_however_the_text_is_cut()
    {
        string text = $"{Other}\n{Block}\n{Other}\n{Block}\n\n{Other}";
        string expected = text.Replace(Block, Block.Replace("BEGIN;", "").Replace("COMMIT;", ""));
        foreach (int part in (int[])[1, 2, 3, 7, 64, 511, 512, 513, text.Length])
        {
            Assert.Equal(expected, Filter(text, part));
        }
    }

    private static string Filter(string text, int part)
    {
        var blocks = new LargeObjectBlocks();
        var output = new ArrayBufferWriter<byte>();
        foreach (byte[] bytes in Encoding.UTF8.GetBytes(text).Chunk(part))
        {
            blocks.Filter(bytes, output);
        }
        blocks.Finish(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
