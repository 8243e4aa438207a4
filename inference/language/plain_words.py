"""Ordinary words: those that change nothing, and those that look like a name and are none. Data alone."""

from __future__ import annotations

FILLERS = """
    a about actually again ah already also altogether amount an anatomy any anymore approx
    approximately area around as asap assistant basically bloody bone buddy by can carefully cheers
    circa clearly computer could dear direction-of directly disk do doc doctor dr eh er erm
    everybody everyone exactly folks gang chaps people ladies gentlemen colleagues excuse first firstly for
    friend gently go-on gonna good-morning gosh gotta guys hello here hey hi his hm hmm i id ill im
    immediately indeed-now instead-now it joint-space just kind kindly landmark let lets level like location
    ma'am maam madam man mate may maybe me much-obliged my need next-to nice nicely now nurse of
    oh okay-so okay-then one's only our over overall pardon patient's perhaps pleas please pls plse plz
    possible possibly precisely proper properly quick quickly radiographer really region robot roughly
    same-time second shall shot-please should side simply sir slowly smoothly so sorry sort spot straight
    structure system ta team tech technician technologist thank thanks thankyou that the their then-please
    there's these this those thx time too try uh um us very view's wanna want way-please we well
    will wish with would would'd you you're your"""
"""Words that change nothing and are dropped after the phrases are read."""

LOOK_ALIKES = """
    anther beginnings below bifurcating binning cabina caladium campus canina cardiac carinas carinate caring
    carmina carnal carps cellmate climate collate collation collator collocate collocation corpus cranial
    cubical czarina decrees farina hummus humoral humorous marina milliliter milliliters millilitre millilitres
    multimeter multimeters numerous patent pervious petition pictured polution portion positing positional
    positioned positioner positions positron positrons postilion potion precious previews previously provirus
    risk rotates scalar scapularis screaming screeching screenie screenings screwing shoulda shouldbe shouldered
    shouldn shoulds shouldst shouldve shouter shudder skill skulk smolder smoulder solder soldier soldiers
    sounder starlight straighten straighter straights straightup strait streeting thoracotomy tracheostomy
    tracheotomy twelfths twist vertebrate waist whist wrest writ"""
"""Ordinary words within reach of the spelling repair (searched for in the 300,000 commonest words of English)."""

SLIPS_THAT_ARE_WORDS = """
    stat ake alin ave bac bam bea enter gain hal hat hoe hoot hot lease lose mage moe moo oven ope pease pen sart
    sho shoo
    shott sightly slighty soot sop sot sow stoop star tae targe tart til tit titled top vie wat wha whee wheer wher
    wit zoo causal hither lett loser shoe shog shoor shoq shor shos snoot snot snow tale tame vies zoon aers ahir aixs
    alos amin amss angel anil arise arys baes baess been bemas boyd brian chets coli corss cram crepe curs daer dorp
    eats elss elts eras etch exits eyah fete fiar fief floor flour form frist gaol garb gard genua gola goot grene
    greta heer hele herat hoits ilke inne juts lats leats leda lese lest lien lits livre lost luna lunar mama mani
    mian moed mots nito oaky odes outre pelas perss prat puhs pules puls quiet rach rams reest rits rotta seke seme
    semes sher shete sned spilt stere suage suer talas tema theer thees thrid toher toros tose trun twits ulan waits
    wets wier wrie writs yees cauda crania"""
"""Words that are one slip away from a short verb (searched for in Webster's and the GCIDE word lists)."""
