//! The names of symbols, and which of them are set with space.
//!
//! Names and classes are matplotlib's (`_mathtext_data.tex2uni` and `_mathtext.Parser` of 3.11),
//! those that the bundled fonts can show.

/// Names and their characters, in turns, sorted by name.
pub(super) const NAMES: &str = "\
    AA Å AE Æ BbbC ℂ BbbN ℕ BbbP ℙ BbbQ ℚ BbbR ℝ BbbZ ℤ Bumpeq ≎ Cap ⋒ Colon ∷ Cup ⋓ DH Ð Delta Δ \
    Doteq ≑ Downarrow ⇓ Equiv ≣ Finv Ⅎ Game ⅁ Gamma Γ Im ℑ L Ł Lambda Λ Ldsh ↲ Leftarrow ⇐ \
    Leftrightarrow ⇔ Lleftarrow ⇚ Longleftarrow ⟸ Longleftrightarrow ⟺ Longrightarrow ⟹ Lsh ↰ \
    Nearrow ⇗ Nwarrow ⇖ O Ø OE Œ Omega Ω P ¶ Phi Φ Pi Π Psi Ψ QED ∎ Rdsh ↳ Re ℜ Rightarrow ⇒ \
    Rrightarrow ⇛ Rsh ↱ S § Searrow ⇘ Sigma Σ Subset ⋐ Supset ⋑ Swarrow ⇙ Theta Θ Thorn Þ Uparrow ⇑ \
    Updownarrow ⇕ Upsilon Υ Vdash ⊩ Vert ‖ Vvdash ⊪ Xi Ξ aa å ac ∾ acwopencirclearrow ↺ adots ⋰ ae æ \
    aleph ℵ alpha α angle ∠ approx ≈ approxeq ≊ approxident ≋ arceq ≘ ast ∗ asterisk * asymp ≍ \
    backcong ≌ backepsilon ϶ backprime ‵ backsim ∽ backsimeq ⋍ backslash \\ bagmember ⋿ barleftarrow \
    ⇤ barvee ⊽ barwedge ⊼ because ∵ beta β beth ℶ between ≬ bigcap ⋂ bigcirc ○ bigcup ⋃ bigodot ⨀ \
    bigoplus ⨁ bigotimes ⨂ bigstar ★ bigtriangledown ▽ bigtriangleup △ bigvee ⋁ bigwedge ⋀ \
    blacksquare ■ blacktriangle ▴ blacktriangledown ▾ blacktriangleleft ◀ blacktriangleright ▶ bot ⊥ \
    bowtie ⋈ boxbar ◫ boxdot ⊡ boxminus ⊟ boxplus ⊞ boxtimes ⊠ bullet ∙ bumpeq ≏ cap ∩ \
    carriagereturn ↵ cdot ⋅ cdotp · cdots ⋯ cent ¢ checkmark ✓ chi χ circ ∘ circeq ≗ circlearrowleft \
    ↺ circlearrowright ↻ circledR ® circledast ⊛ circledcirc ⊚ circleddash ⊝ clubsuit ♣ clubsuitopen \
    ♧ colon : coloneq ≔ complement ∁ cong ≅ coprod ∐ copyright © cup ∪ cupdot ⊍ cupleftarrow ⊌ \
    curlyeqprec ⋞ curlyeqsucc ⋟ curlyvee ⋎ curlywedge ⋏ curvearrowleft ↶ curvearrowright ↷ \
    cwopencirclearrow ↻ dag † dagger † daleth ℸ danger ☡ dashv ⊣ ddag ‡ ddagger ‡ ddots ⋱ degree ° \
    delta δ dh ð diamond ⋄ diamondsuit ♢ digamma ϝ disin ⋲ div ÷ divideontimes ⋇ doteq ≐ doteqdot ≑ \
    dotminus ∸ dotplus ∔ dots … dotsminusdots ∺ doublebarwedge ⌆ downarrow ↓ downdownarrows ⇊ \
    downharpoonleft ⇃ downharpoonright ⇂ downzigzagarrow ↯ ell ℓ emdash — emptyset ∅ endash – \
    epsilon ε eqcirc ≖ eqcolon ≕ eqdef ≝ eqgtr ⋝ eqless ⋜ eqsim ≂ eqslantgtr ⪖ eqslantless ⪕ equal = \
    equalparallel ⋕ equiv ≡ eta η eth ð exists ∃ fallingdotseq ≒ flat ♭ forall ∀ frakC ℭ frakZ ℨ \
    gamma γ geq ≥ geqq ≧ geqslant ⩾ gg ≫ ggg ⋙ gimel ℷ gnapprox ⪊ gneqq ≩ gnsim ⋧ greater > \
    gtrapprox ⪆ gtrdot ⋗ gtreqless ⋛ gtreqqless ⪌ gtrless ≷ gtrsim ≳ guillemotleft « guillemotright \
    » guilsinglleft ‹ guilsinglright › hbar ħ heartsuit ♡ hermitmatrix ⊹ hookleftarrow ↩ \
    hookrightarrow ↪ hslash ℏ i ı iiiint ⨌ iiint ∭ iint ∬ imageof ⊷ imath ı in ∈ increment ∆ infty ∞ \
    int ∫ intercal ⊺ invnot ⌐ iota ι isinE ⋹ isindot ⋵ isinobar ⋷ isins ⋴ isinvb ⋸ jmath ȷ kappa κ \
    kernelcontraction ∻ l ł lambda λ lambdabar ƛ langle ⟨ lasp ʽ lbrace { lbrack [ lceil ⌈ ldots … \
    leadsto ⇝ leftarrow ← leftarrowtail ↢ leftbrace { leftharpoondown ↽ leftharpoonup ↼ \
    leftleftarrows ⇇ leftparen ( leftrightarrow ↔ leftrightarrows ⇆ leftrightharpoons ⇋ \
    leftrightsquigarrow ↭ leftsquigarrow ↜ leftthreetimes ⋋ leq ≤ leqq ≦ leqslant ⩽ less < \
    lessapprox ⪅ lessdot ⋖ lesseqgtr ⋚ lesseqqgtr ⪋ lessgtr ≶ lesssim ≲ lfloor ⌊ lhd ◁ ll ≪ llcorner \
    ⌞ lll ⋘ lnapprox ⪉ lneqq ≨ lnsim ⋦ longleftarrow ⟵ longleftrightarrow ⟷ longmapsto ⟼ \
    longrightarrow ⟶ looparrowleft ↫ looparrowright ↬ lq ‘ lrcorner ⌟ ltimes ⋉ macron ¯ maltese ✠ \
    mapsdown ↧ mapsfrom ↤ mapsto ↦ mapsup ↥ measeq ≞ measuredangle ∡ measuredrightangle ⊾ mho ℧ mid \
    ∣ minus − minuscolon ∹ models ⊧ mp ∓ mu μ multimap ⊸ nLeftarrow ⇍ nLeftrightarrow ⇎ nRightarrow \
    ⇏ nVDash ⊯ nVdash ⊮ nabla ∇ napprox ≉ natural ♮ ncong ≇ ne ≠ nearrow ↗ neg ¬ neq ≠ nequiv ≢ \
    nexists ∄ ngeq ≱ ngtr ≯ ngtrless ≹ ngtrsim ≵ ni ∋ niobar ⋾ nis ⋼ nisd ⋺ nleftarrow ↚ \
    nleftrightarrow ↮ nleq ≰ nless ≮ nlessgtr ≸ nlesssim ≴ nmid ∤ notin ∉ notsmallowns ∌ nparallel ∦ \
    nprec ⊀ npreccurlyeq ⋠ nrightarrow ↛ nsim ≁ nsimeq ≄ nsqsubseteq ⋢ nsqsupseteq ⋣ nsubset ⊄ \
    nsubseteq ⊈ nsucc ⊁ nsucccurlyeq ⋡ nsupset ⊅ nsupseteq ⊉ ntriangleleft ⋪ ntrianglelefteq ⋬ \
    ntriangleright ⋫ ntrianglerighteq ⋭ nu ν nvDash ⊭ nvdash ⊬ nwarrow ↖ o ø odot ⊙ oe œ oequal ⊜ \
    oiiint ∰ oiint ∯ oint ∮ omega ω ominus ⊖ oplus ⊕ origof ⊶ oslash ⊘ otimes ⊗ parallel ∥ partial ∂ \
    perp ⊥ perthousand ‰ phi ϕ pi π pitchfork ⋔ plus + pm ± prec ≺ precapprox ⪷ preccurlyeq ≼ preceq \
    ≼ precnapprox ⪹ precnsim ⋨ precsim ≾ prime ′ prod ∏ propto ∝ prurel ⊰ psi ψ questeq ≟ rangle ⟩ \
    rasp ʼ ratio ∶ rbrace } rbrack ] rceil ⌉ rfloor ⌋ rhd ▷ rho ρ rightModels ⊫ rightangle ∟ \
    rightarrow → rightarrowbar ⇥ rightarrowtail ↣ rightassert ⊦ rightbrace } rightharpoondown ⇁ \
    rightharpoonup ⇀ rightleftarrows ⇄ rightleftharpoons ⇌ rightparen ) rightrightarrows ⇉ \
    rightsquigarrow ↝ rightthreetimes ⋌ rightzigzagarrow ⇝ ring ˚ risingdotseq ≓ rq ’ rtimes ⋊ scrB \
    ℬ scrE ℰ scrF ℱ scrH ℋ scrI ℐ scrL ℒ scrM ℳ scrR ℛ scre ℯ scro ℴ scurel ⊱ searrow ↘ setminus ∖ \
    sharp ♯ sigma σ sim ∼ simeq ≃ simneqq ≆ sinewave ∿ slash ∕ smallin ∊ smallintclockwise ∱ \
    smallointctrcclockwise ∳ smallowns ∍ smallsetminus ∖ smallvarointclockwise ∲ spadesuit ♠ \
    spadesuitopen ♤ sphericalangle ∢ sqcap ⊓ sqcup ⊔ sqsubset ⊏ sqsubseteq ⊑ sqsubsetneq ⋤ sqsupset \
    ⊐ sqsupseteq ⊒ sqsupsetneq ⋥ ss ß star ⋆ stareq ≛ sterling £ subset ⊂ subseteq ⊆ subsetneq ⊊ \
    succ ≻ succapprox ⪸ succcurlyeq ≽ succeq ≽ succnapprox ⪺ succnsim ⋩ succsim ≿ sum ∑ supset ⊃ \
    supseteq ⊇ supsetneq ⊋ swarrow ↙ tau τ textasciiacute ´ textasciicircum ^ textasciigrave ` \
    textasciitilde ~ textexclamdown ¡ textquestiondown ¿ textquotedblleft “ textquotedblright ” \
    therefore ∴ theta θ thorn þ times × to → top ⊤ triangle △ triangledown ▿ triangleeq ≜ \
    triangleleft ◁ trianglelefteq ⊴ triangleq ≜ triangleright ▷ trianglerighteq ⊵ turnednot ⌙ \
    twoheaddownarrow ↡ twoheadleftarrow ↞ twoheadrightarrow ↠ twoheaduparrow ↟ ulcorner ⌜ unlhd ⊴ \
    unrhd ⊵ uparrow ↑ updownarrow ↕ updownarrowbar ↨ updownarrows ⇅ upharpoonleft ↿ upharpoonright ↾ \
    uplus ⊎ upsilon υ upuparrows ⇈ urcorner ⌝ vDash ⊨ varepsilon ε varisinobar ⋶ varisins ⋳ varkappa \
    ϰ varlrtriangle ⊿ varniobar ⋽ varnis ⋻ varnothing ∅ varphi φ varpi ϖ varpropto ∝ varrho ϱ \
    varsigma ς vartheta ϑ vartriangle ▵ vartriangleleft ⊲ vartriangleright ⊳ vdash ⊢ vdots ⋮ vee ∨ \
    veebar ⊻ veeeq ≚ vert | wedge ∧ wedgeq ≙ wp ℘ wr ≀ xi ξ yen ¥ zeta ζ \
    ";

/// Operators between two terms.
pub(super) const BINARY: &str = "\
    * + - ± × ÷ † ‡ − ∓ ∔ ∕ ∖ ∗ ∘ ∙ ∧ ∨ ∩ ∪ ∸ ∹ ∺ ≀ ⊍ ⊎ ⊓ ⊔ ⊕ ⊖ ⊗ ⊘ ⊙ ⊚ ⊛ ⊝ ⊞ ⊟ ⊠ ⊡ ⊴ ⊵ ⊺ ⊻ ⊼ ⊽ ⋄ ⋅ \
    ⋆ ⋇ ⋋ ⋌ ⋎ ⋏ ⋒ ⋓ ⌆ △ ▷ ▽ ◁ ○ ◫ \
    ";

/// Relations.
pub(super) const RELATIONS: &str = "\
    : < = > ϶ … ∈ ∉ ∊ ∋ ∌ ∍ ∝ ∟ ∣ ∤ ∥ ∦ ∴ ∵ ∶ ∼ ∽ ≁ ≂ ≃ ≄ ≅ ≆ ≇ ≈ ≉ ≊ ≋ ≌ ≍ ≎ ≏ ≐ ≑ ≒ ≓ ≔ ≕ ≖ ≗ ≘ ≙ \
    ≚ ≛ ≜ ≝ ≞ ≟ ≠ ≡ ≢ ≣ ≤ ≥ ≦ ≧ ≨ ≩ ≪ ≫ ≬ ≮ ≯ ≰ ≱ ≲ ≳ ≴ ≵ ≶ ≷ ≸ ≹ ≺ ≻ ≼ ≽ ≾ ≿ ⊀ ⊁ ⊂ ⊃ ⊄ ⊅ ⊆ ⊇ ⊈ ⊉ ⊊ \
    ⊋ ⊏ ⊐ ⊑ ⊒ ⊜ ⊢ ⊣ ⊤ ⊥ ⊦ ⊧ ⊨ ⊩ ⊪ ⊫ ⊬ ⊭ ⊮ ⊯ ⊱ ⊲ ⊳ ⊴ ⊵ ⊾ ⊿ ⋈ ⋉ ⋊ ⋍ ⋐ ⋑ ⋔ ⋕ ⋖ ⋗ ⋘ ⋙ ⋚ ⋛ ⋜ ⋝ ⋞ ⋟ ⋠ ⋡ ⋢ \
    ⋣ ⋤ ⋥ ⋦ ⋧ ⋨ ⋩ ⋪ ⋫ ⋬ ⋭ ⋲ ⋳ ⋴ ⋵ ⋶ ⋷ ⋸ ⋹ ⋺ ⋻ ⋼ ⋽ ⋾ ⋿ △ ▶ ▷ ◀ ◁ ⩽ ⩾ ⪅ ⪆ ⪉ ⪊ ⪋ ⪌ ⪕ ⪖ ⪷ ⪸ ⪹ ⪺ \
    ";

/// Arrows.
pub(super) const ARROWS: &str = "\
    ← ↑ → ↓ ↔ ↕ ↖ ↗ ↘ ↙ ↚ ↛ ↜ ↝ ↞ ↟ ↠ ↡ ↢ ↣ ↤ ↥ ↦ ↧ ↨ ↩ ↪ ↫ ↬ ↭ ↮ ↯ ↰ ↱ ↲ ↳ ↶ ↷ ↺ ↻ ↼ ↽ ↾ ↿ ⇀ ⇁ ⇂ ⇃ \
    ⇄ ⇅ ⇆ ⇇ ⇈ ⇉ ⇊ ⇋ ⇌ ⇍ ⇎ ⇏ ⇐ ⇑ ⇒ ⇓ ⇔ ⇕ ⇖ ⇗ ⇘ ⇙ ⇚ ⇛ ⇝ ⇤ ⇥ ⊌ ⊸ ⟵ ⟶ ⟷ ⟸ ⟹ ⟺ ⟼ \
    ";

/// Functions, which are set upright.
pub(super) const FUNCTIONS: &str = "\
    Pr arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf \
    limsup ln log max min sec sin sinh sup tan tanh \
    ";

/// Functions whose limits stand above and below.
pub(super) const LIMITS: &str = "\
    lim liminf limsup max min sup \
    ";

/// Operators whose limits stand above and below.
pub(super) const LARGE: &str = "\
    ∏ ∐ ∑ ⋀ ⋁ ⋂ ⋃ ⨀ ⨁ ⨂ \
    ";

/// Operators whose limits stand beside their ends.
pub(super) const INTEGRALS: &str = "\
    ∫ ∬ ∭ ∮ ∯ ∰ ⨌ \
    ";
