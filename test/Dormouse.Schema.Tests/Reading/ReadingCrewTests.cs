namespace Dormouse.Schema.Tests.Reading;

/// <summary>The threads that read one long schema.</summary>
public sealed class ReadingCrewTests
{
    private const int Pieces = 1_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Each_piece_of_each_step_is_done_once_whoever_comes(int threads)
    {
        int[][] done = [new int[Pieces], new int[Pieces], new int[Pieces]];
        using (ReadingCrew crew = new(threads, static () => { }))
        {
            foreach (int[] step in done)
            {
                crew.For(
                    Pieces,
                    (piece, thread) =>
                    {
                        Assert.InRange(thread, 0, threads - 1);
                        Interlocked.Increment(ref step[piece]);
                    }
                );
                Assert.All(step, times => Assert.Equal(1, times));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void What_is_to_be_done_beside_is_done_once_when_the_crew_ends(int threads)
    {
        int times = 0;

        using (new ReadingCrew(threads, () => Interlocked.Increment(ref times))) { }

        Assert.Equal(1, times);
    }

    [Fact]
    public void A_piece_that_fails_fails_the_step()
    {
        using ReadingCrew crew = new(2, static () => { });

        Assert.Throws<FormatException>(() => crew.For(2, (piece, _) => throw new FormatException(piece.ToString())));
    }

    [Fact]
    public void A_thread_leaves_a_processor_where_there_is_another()
    {
        Assert.SkipUnless(Environment.ProcessorCount > 1, "This machine has one processor.");
        HashSet<int> seen = [];
        Thread thread = new(() =>
        {
            int processor = Thread.GetCurrentProcessorId();
            ThreadAffinity.Leave(processor);
            for (int look = 0; look < 1_000; look++)
            {
                Thread.Yield();
                seen.Add(Thread.GetCurrentProcessorId() == processor ? processor : -1);
            }
        });

        thread.Start();
        thread.Join();

        Assert.Equal([-1], seen);
    }
}
