using Dormouse.Memory;
using Xunit;

namespace Dormouse.Tests.Memory;

public sealed class QuietSpellTests
{
    private const long Start = 1_000_000;

    private readonly QuietSpell spell = new(Start);

    [Fact]
    public void Memory_is_given_back_once_a_busy_time_has_passed()
    {
        Assert.False(spell.HasSpare(Start + QuietSpell.WorthBytes), "it was busy in this spell");
        Assert.True(spell.HasSpare(Start + QuietSpell.WorthBytes + QuietSpell.QuietBytes));
    }

    [Fact]
    public void It_is_given_back_once_and_not_again_before_as_much_was_used_anew()
    {
        long allocated = Start + QuietSpell.WorthBytes;
        spell.HasSpare(allocated);
        Assert.True(spell.HasSpare(allocated));
        Assert.False(spell.HasSpare(allocated));
        int spells = 1;
        while (!spell.HasSpare(allocated += QuietSpell.QuietBytes))
        {
            spells++;
        }
        Assert.Equal(QuietSpell.WorthBytes / QuietSpell.QuietBytes, spells);
    }

    [Fact]
    public void Nothing_is_given_back_while_there_is_work()
    {
        long allocated = Start;
        for (int i = 0; i < 100; i++)
        {
            Assert.False(spell.HasSpare(allocated += QuietSpell.QuietBytes + 1));
        }
    }
}
